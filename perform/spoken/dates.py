"""Dates and times in digits; each language brings its own words."""

import re
from collections.abc import Callable, Sequence
from datetime import date

from perform.spoken.amounts import LEFT, RIGHT, Rule

TIME = re.compile(r"(?<![\w:.])([01]?\d|2[0-3]):([0-5]\d) ?([ap]m\b)?(?![\w:])", re.IGNORECASE)


def in_digits(say: Callable[[date], str], *, orders: Sequence[str]) -> list[Rule]:
    """1987-05-03, and 5/3/1987 in the first of `orders` (mdy, dmy) that gives a day there is."""

    def with_orders(*orders: str) -> Callable[[re.Match[str]], str]:
        def replace(match: re.Match[str]) -> str:
            days = [day for order in orders if (day := _day(match, order))]
            return say(days[0]) if days else match[0]

        return replace

    return [
        (re.compile(rf"{LEFT}(\d{{4}})-(\d\d)-(\d\d){RIGHT}"), with_orders("ymd")),
        (re.compile(rf"{LEFT}(\d\d?)/(\d\d?)/(\d{{4}}){RIGHT}"), with_orders(*orders)),
    ]


def _day(match: re.Match[str], order: str) -> date | None:
    part = dict(zip(order, map(int, match.groups()), strict=True))
    try:
        return date(part["y"], part["m"], part["d"])
    except ValueError:
        return None
