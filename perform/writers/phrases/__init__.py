"""What the offline writer says, by language. Every opening and plain frame has one `{value}` slot."""

from dataclasses import dataclass

from perform.writers.base import Language
from perform.writers.phrases import en, es


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """Any opening of a routine goes with any closing of that routine or of any mood."""

    openings: dict[str, list[str]]
    """By routine; every sentence ends with a full stop and none begins with the value."""
    closings: dict[str, list[str]]
    """By routine; `custom` serves every routine without its own. An empty one: the opening stands alone."""
    moods: dict[str, list[str]]
    """Closings by mood; the keys are those of MOOD_STEMS."""
    plain: list[str]
    """Short frames for values that leave no room."""


PHRASES: dict[Language, Phrases] = {
    "en": Phrases(openings=en.OPENINGS, closings=en.CLOSINGS, moods=en.MOODS, plain=en.PLAIN),
    "es": Phrases(openings=es.OPENINGS, closings=es.CLOSINGS, moods=es.MOODS, plain=es.PLAIN),
}
