"""Which voice leaves when a place is needed. Pure: plain values in, an order out.

`hybrid` was fitted on seeded workloads (docs/scale.md has its figures; `python -m benchmarks.pool_policy`
measures them again). Counts times recency alone re-clones twice as often as LRU: what makes the difference
is to count visits instead of uses, and to protect whoever has just spoken.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from pool.habits import DAY, HALF_LIFE, Habit, faded, idle_seconds, known_seconds

PROTECTED = 900.0
"""Nobody leaves between two performs of a show, unless everybody is in one."""

HOUR = 3600.0
WEEK = 7 * DAY
MEMORY = HALF_LIFE / math.log(2)
"""Seconds in which a fading count falls to 1/e: what a score is divided by to become visits a second."""

DOUBT = (0.3, 3 * DAY)
"""What is assumed of somebody of whom nothing is known yet: 0.3 visits in three days."""

DUE_WEIGHT = 0.3


@dataclass(frozen=True)
class Resident:
    """What the decision looks at; `key` is the caller's own, and its text breaks ties."""

    key: Any
    habit: Habit
    pinned_until: datetime


class Order(Protocol):
    """Those that may leave, first to go first. Pinned ones may not."""

    def __call__(self, residents: Iterable[Resident], *, now: datetime, ttl: timedelta) -> list[Resident]: ...


@dataclass(frozen=True)
class Strategy:
    name: str
    order: Order
    sentence: str
    """For staff: who stays, who leaves."""


def lru(residents: Iterable[Resident], *, now: datetime, ttl: timedelta) -> list[Resident]:
    """Whoever was used longest ago goes first."""
    return sorted(_unpinned(residents, now), key=_oldest)


def ttl(residents: Iterable[Resident], *, now: datetime, ttl: timedelta) -> list[Resident]:
    """Whoever was idle beyond `ttl` longest goes first; if nobody was, somebody has to make room all the same.

    That is the order of LRU. What the strategy adds is that a sweep need not wait for that: admission.expire_idle.
    """
    return lru(residents, now=now, ttl=ttl)


def hybrid(residents: Iterable[Resident], *, now: datetime, ttl: timedelta) -> list[Resident]:
    """Whoever is least expected back goes first; those just used only when nobody else is left."""

    def staying(resident: Resident) -> tuple[float, Any]:
        protected = is_protected(resident.habit, now)
        return math.inf if protected else keep_value(resident.habit, now), _oldest(resident)

    return sorted(_unpinned(residents, now), key=staying)


STRATEGIES = {
    each.name: each
    for each in [
        Strategy("lru", lru, "The voice that was used longest ago leaves."),
        Strategy(
            "ttl",
            ttl,
            "A voice may leave once it was idle for the pool's time to live, the longest idle first; when "
            "nobody's time is over and a place is needed, the longest idle leaves all the same.",
        ),
        Strategy(
            "hybrid",
            hybrid,
            "A voice stays while it was used in the last quarter hour; otherwise the one leaves whose owner "
            "visits least often, is least due by their own rhythm, and was here longest ago.",
        ),
    ]
}


def is_protected(habit: Habit, now: datetime) -> bool:
    return idle_seconds(habit, now) < PROTECTED


def keep_value(habit: Habit, now: datetime) -> float:
    """How much it is worth to keep this voice: about the visits expected a second. The lowest leaves."""
    idle = idle_seconds(habit, now)
    warmth = math.exp2(-idle / HOUR) / DAY
    return _rate(habit, now, idle) + DUE_WEIGHT * _due(habit, idle) + warmth


def visits_a_week(habit: Habit, now: datetime) -> float:
    return WEEK * _rate(habit, now, idle_seconds(habit, now))


def explain(strategy: str, resident: Resident, *, now: datetime, ttl: timedelta) -> str:
    """Why this one leaves first, in one sentence for staff."""
    idle, limit = idle_seconds(resident.habit, now), ttl.total_seconds()
    since = f"Last used {_spoken(idle)} ago"
    if strategy == "ttl" and idle >= limit:
        return f"{since}: beyond the {_spoken(limit)} that a voice may be idle."
    if strategy == "ttl":
        return f"{since}: nobody was idle for {_spoken(limit)}, and of all that may leave, longest ago."
    if strategy == "lru":
        return f"{since}: of all that may leave, longest ago."
    if idle < PROTECTED:
        return f"{since}: all that may leave were used in the last quarter hour, and this one longest ago."
    often = f"about {visits_a_week(resident.habit, now):.1f} visits a week"
    return f"{since}, {often}, {_rhythm(resident.habit, idle)}: of all that may leave, least expected back."


def _unpinned(residents: Iterable[Resident], now: datetime) -> list[Resident]:
    return [r for r in residents if r.pinned_until <= now]


def _oldest(resident: Resident) -> tuple[datetime, str]:
    return resident.habit.last_used_at, str(resident.key)


def _rate(habit: Habit, now: datetime, idle: float) -> float:
    """Visits a second, by those of the last weeks; of a newcomer it is mostly assumed."""
    some, meanwhile = DOUBT
    seen = MEMORY * (1 - faded(known_seconds(habit, now)))
    return (habit.score * faded(idle) + some) / (seen + meanwhile)


def _due(habit: Habit, idle: float) -> float:
    """How soon the owner's own pauses, those not over yet, let expect the next visit."""
    ahead = [1 / (pause - idle + HOUR) for pause in habit.pauses if pause > idle]
    return sum(ahead) / (len(habit.pauses) + 1)


def _rhythm(habit: Habit, idle: float) -> str:
    longer = sum(pause > idle for pause in habit.pauses)
    if not habit.pauses:
        return "no second visit yet"
    return f"{longer} of the last {len(habit.pauses)} pauses were longer than this"


def _spoken(seconds: float) -> str:
    if seconds < 2 * HOUR:
        return f"{seconds // 60:.0f} min"
    return f"{seconds // HOUR:.0f} h" if seconds < 2 * DAY else f"{seconds // DAY:.0f} days"
