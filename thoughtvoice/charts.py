"""Charts as SVG, made here: no script draws them, and a strict content security policy holds. Pure.

Everything is placed in a box of WIDTH × HEIGHT units that the page stretches; words stand outside of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 300.0, 90.0
GAP = 0.25
"""Of a column's width."""


@dataclass(frozen=True)
class Box:
    kind: str
    x: float
    y: float
    width: float
    height: float
    told: str


@dataclass(frozen=True)
class Line:
    kind: str
    points: str


@dataclass(frozen=True)
class Chart:
    """`first` and `last` are the ends of the axis, `most` what the top of the box stands for."""

    first: str
    last: str
    most: float
    key: list[tuple[str, str]]
    """Class and name of each of the series."""
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def bars(labels: Sequence[str], series: Sequence[tuple[str, str, Sequence[float]]]) -> Chart:
    """Stacked columns: each of the series is its class, its name and a value for each label."""
    sums = [sum(values[i] for _, _, values in series) for i in range(len(labels))]
    most = max([*sums, 1])
    step = WIDTH / len(labels)
    boxes = []
    for i, label in enumerate(labels):
        top = HEIGHT
        told = ", ".join([label, *(f"{name} {values[i]:g}" for _, name, values in series)])
        for kind, _, values in series:
            height = HEIGHT * values[i] / most
            top -= height
            if height:
                boxes.append(
                    _box(
                        kind, told, x=i * step + step * GAP / 2, y=top, width=step * (1 - GAP), height=height
                    )
                )
    return Chart(labels[0], labels[-1], most, _key(series), boxes)


def lines(labels: Sequence[str], series: Sequence[tuple[str, str, Sequence[float | None]]]) -> Chart:
    """Lines through the middles of columns; a label without a value is left out of its line."""
    known = [value for _, _, values in series for value in values if value is not None]
    most = max([*known, 1])
    step = WIDTH / len(labels)
    drawn, boxes = [], []
    for kind, name, values in series:
        points = [
            (i * step + step / 2, HEIGHT - HEIGHT * value / most, value, labels[i])
            for i, value in enumerate(values)
            if value is not None
        ]
        drawn.append(Line(kind, " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)))
        boxes += [
            _box(kind, f"{label}, {name} {value:g}", x=x - 2, y=y - 1.5, width=4, height=3)
            for x, y, value, label in points
        ]
    return Chart(labels[0], labels[-1], most, _key(series), boxes, drawn)


def _key(series: Sequence[tuple[str, str, object]]) -> list[tuple[str, str]]:
    return [(kind, name) for kind, name, _ in series]


def _box(kind: str, told: str, *, x: float, y: float, width: float, height: float) -> Box:
    return Box(kind, round(x, 2), round(y, 2), round(width, 2), round(height, 2), told)
