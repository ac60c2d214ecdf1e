"""How somebody uses their voice: in visits, with pauses of their own between them. Pure.

A visit is several uses within minutes (a show, a rehearsal); a use that comes more than half an hour after
the last one begins the next. Visits are counted and not uses, so that one long show is no habit.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

DAY = 86400.0
VISIT_GAP = 1800.0
HALF_LIFE = 7 * DAY
PAUSES_KEPT = 8
REGULAR_PAUSES = 3
REGULAR_WITHIN = 0.1


@dataclass(frozen=True)
class Habit:
    """`score`: visits, each worth half as much a week later, as of `last_used_at`. `pauses`: seconds."""

    score: float
    first_used_at: datetime
    last_used_at: datetime
    pauses: tuple[float, ...] = ()


def newcomer(now: datetime) -> Habit:
    """The habit of somebody whose first visit begins now."""
    return Habit(score=1.0, first_used_at=now, last_used_at=now)


def used(habit: Habit, *, now: datetime) -> Habit:
    """The habit after one more use. A clock that went backwards counts as no time at all."""
    idle = idle_seconds(habit, now)
    score = habit.score * faded(idle)
    pauses = habit.pauses
    if idle > VISIT_GAP:
        score += 1
        pauses = (*pauses, idle)[-PAUSES_KEPT:]
    return Habit(score, habit.first_used_at, max(habit.last_used_at, now), pauses)


def idle_seconds(habit: Habit, now: datetime) -> float:
    return max((now - habit.last_used_at).total_seconds(), 0.0)


def known_seconds(habit: Habit, now: datetime) -> float:
    return max((now - habit.first_used_at).total_seconds(), 0.0)


def faded(seconds: float) -> float:
    """What is left, after this time, of a visit that counted one."""
    return math.exp2(-seconds / HALF_LIFE)


def expected(habit: Habit) -> datetime | None:
    """When the next visit begins, if the last pauses were about equal."""
    pauses = habit.pauses[-REGULAR_PAUSES:]
    usual = median(pauses) if len(pauses) == REGULAR_PAUSES else 0.0
    if not usual or any(abs(pause - usual) > REGULAR_WITHIN * usual for pause in pauses):
        return None
    return habit.last_used_at + timedelta(seconds=usual)
