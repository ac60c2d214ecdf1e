"""What staff see of recordings, as shapes in whole units for an SVG: no locale puts a comma into them."""

from collections.abc import Sequence
from dataclasses import dataclass

from voices.models import Sample

STEP, HEIGHT = 4, 100
MARGIN, WIDTH = 20, 600


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Point:
    x: int
    y: int
    sample: Sample


def waveform(peaks: Sequence[int]) -> list[Bar]:
    """A bar for each stretch, around the middle; silence is a line, too."""
    heights = [max(2, peak * HEIGHT // 100) for peak in peaks]
    return [Bar(STEP * at, (HEIGHT - height) // 2, height) for at, height in enumerate(heights)]


def quality(samples: Sequence[Sample]) -> list[Point]:
    """Scores from the oldest to the newest, one step apart however long it took."""
    scored = sorted((s for s in samples if s.score is not None), key=lambda sample: sample.created_at)
    step = (WIDTH - 2 * MARGIN) // max(1, len(scored) - 1)
    return [Point(MARGIN + at * step, 10 + 100 - (s.score or 0), s) for at, s in enumerate(scored)]


def line(points: Sequence[Point]) -> str:
    return " ".join(f"{point.x},{point.y}" for point in points)
