"""When each step of a performance ran, from how long each took: as bars in thousandths of the whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS = {
    "reserve": _("Characters held"),
    "writer": _("Thought written"),
    "voice": _("Voice found or built"),
    "speech": _("First sound of the voice"),
    "rest": _("All of the sound made and kept"),
}


@dataclass(frozen=True)
class Bar:
    step: str
    words: Any
    took: int
    """Milliseconds."""
    x: int
    width: int


def bars(timings: Mapping[str, float]) -> list[Bar]:
    """While the thought is written, characters are held and then the voice is found; speaking begins when
    both are there."""
    whole = max(timings.get("total", 0.0), timings.get("first_audio", 0.0))
    if whole <= 0:
        return []
    return [_bar(step, begin, end, whole) for step, (begin, end) in _spans(timings).items()]


def _spans(timings: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    held = timings.get("reserve", 0.0)
    spans = {
        step: (begin, begin + timings[step])
        for step, begin in (("reserve", 0.0), ("writer", 0.0), ("voice", held))
        if step in timings
    }
    if "speech" in timings and "first_audio" in timings:
        heard = timings["first_audio"]
        spans["speech"] = (max(0.0, heard - timings["speech"]), heard)
        if "total" in timings:
            spans["rest"] = (heard, max(heard, timings["total"]))
    return spans


def _bar(step: str, begin: float, end: float, whole: float) -> Bar:
    x = round(1000 * min(begin, whole) / whole)
    width = max(3, round(1000 * min(end, whole) / whole) - x)
    return Bar(step, WORDS[step], round(end - begin), min(x, 997), width)
