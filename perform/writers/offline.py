"""Thoughts composed from phrases, with no network: what speaks when no model may or can."""

import random
import re
import unicodedata
from collections.abc import Iterable
from itertools import product

from perform import fidelity
from perform.writers.base import LONGEST, SHORTEST, Brief, Writer
from perform.writers.phrases import PHRASES
from perform.writers.phrases.topics import FUNCTION_WORDS, MOOD_STEMS, MOODS_THAT_SUIT

SLOT = "{value}"
ANY_ROUTINE = "custom"
STEM_LENGTH = 4
DETERMINED = re.compile(r"(the|an?|my|your|this|that)\s", re.IGNORECASE)


class OfflineWriter(Writer):
    """Always answers, at once, so it reads neither `deadline` nor `stricter`. Raises: ValueError if the
    value is blank, because no text can be said to hold it."""

    source = "template"

    def write(self, brief: Brief, *, deadline: float, stricter: bool = False) -> str:
        if not brief.value.strip():
            raise ValueError("A thought needs a value.")
        text = compose(brief)
        assert brief.value in text
        assert fidelity.holds_once(brief.value, text)
        return text


def compose(brief: Brief) -> str:
    """A thought of good length; else the shortest frame; else the value alone, which always holds itself.

    The topic is avoided as long as anything is left to say without it.
    """
    choose, topic = chooser(brief), stems(set(words(brief.topic)) - FUNCTION_WORDS)
    return (
        thought(brief, topic, choose)
        or thought(brief, set(), choose)
        or shortest(brief, topic)
        or shortest(brief, set())
        or brief.value
    )


def chooser(brief: Brief) -> random.Random:
    """Seeded by text, which gives the same choices in every process, as hash() would not."""
    if brief.seed is None:
        return random.Random()  # noqa: S311 (variety, not secrecy)
    key = "\n".join((str(brief.seed), brief.language, brief.routine, brief.topic, brief.value))
    return random.Random(key)  # noqa: S311


def thought(brief: Brief, avoided: set[str], choose: random.Random) -> str | None:
    phrases = PHRASES[brief.language]
    openings = shuffled(of_routine(phrases.openings, brief), avoided, choose)
    for closings in (phrases.moods.get(mood(brief), []), of_routine(phrases.closings, brief)):
        for first, second in product(openings, shuffled(closings, avoided, choose)):
            text = placed(brief.value, f"{first} {second}".rstrip())
            if SHORTEST <= len(text) <= LONGEST and fidelity.holds_once(brief.value, text):
                return text
    return None


def shortest(brief: Brief, avoided: set[str]) -> str | None:
    frames = discreet(PHRASES[brief.language].plain, avoided)
    texts = [placed(brief.value, frame) for frame in frames]
    return min((t for t in texts if fidelity.holds_once(brief.value, t)), key=len, default=None)


def of_routine(phrases: dict[str, list[str]], brief: Brief) -> list[str]:
    return phrases.get(brief.routine, phrases[ANY_ROUTINE])


def placed(value: str, frame: str) -> str:
    """The frame with the value in it: without a second article, or a full stop after "Airplane!"."""
    if DETERMINED.match(value):
        frame = frame.replace(f"the {SLOT}", SLOT)
    if value.endswith((".", "!", "?", "…")):
        frame = frame.replace(f"{SLOT}.", SLOT)
    return frame.replace(SLOT, value)


def shuffled(phrases: list[str], avoided: set[str], choose: random.Random) -> list[str]:
    left = discreet(phrases, avoided)
    return choose.sample(left, len(left))


def discreet(phrases: list[str], avoided: set[str]) -> list[str]:
    """Those that do not name the topic in their own words."""
    if not avoided:
        return phrases
    return [phrase for phrase in phrases if avoided.isdisjoint(stems(words(phrase.replace(SLOT, ""))))]


def mood(brief: Brief) -> str:
    """The mood most of the topic's words call up, the first of equals; empty if none does."""
    topic = words(brief.topic)
    suited = MOODS_THAT_SUIT.get(brief.routine, tuple(MOOD_STEMS))
    scores = {name: sum(word.startswith(MOOD_STEMS[name]) for word in topic) for name in suited}
    best = max(suited, key=lambda name: scores[name])
    return best if scores[best] else ""


def stems(given: Iterable[str]) -> set[str]:
    """Short enough that travel meets travelling; that heart meets hear costs us only a phrase."""
    return {word[:STEM_LENGTH] for word in given}


def words(text: str) -> list[str]:
    """Lower case and without accents, so that a topic may be typed carelessly."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return re.findall(r"\w+", "".join(c for c in decomposed if not unicodedata.combining(c)))
