"""Seeded synthetic use of the product: who performs when, over sixty days.

People come in visits: some performs within minutes, then hours or days of rest. How often is Zipf-like;
evenings are busier than mornings; some are new, and some come only once.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from pool.habits import Habit, newcomer, used

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
DAYS = 60
VISITS_A_WEEK = 0.85  # of the average user
PERFORMS_A_VISIT = 6
MINUTES_BETWEEN_PERFORMS = 2.5
POPULARITY = 0.8  # exponent of Zipf's law
WEEKDAYS = [0.06, 0.07, 0.08, 0.12, 0.25, 0.29, 0.13]  # of gigs, Monday first
NEVER = datetime.max.replace(tzinfo=UTC)

Visits = Iterator[tuple[float, int]]
"""Days since the start, and the user."""


@dataclass(frozen=True)
class Use:
    """One perform, with what a policy may know then (`habit`, `uses`), and what it may not (`next_at`)."""

    at: datetime
    user: int
    habit: Habit
    uses: int
    next_at: datetime


def steady(users: int, rng: np.random.Generator) -> Visits:
    """Irregular pauses around each user's own mean; one in ten is new, one in ten comes once."""
    for user, a_week in enumerate(rates(users, rng)):
        arrival = rng.uniform(0, DAYS) if rng.random() < 0.1 else 0.0
        if rng.random() < 0.1:
            yield evening(rng.uniform(0, DAYS), rng), user
        else:
            yield from irregular(user, 7 / a_week, arrival, rng)


def weekly(users: int, rng: np.random.Generator) -> Visits:
    """Gigs on each user's own evenings of the week, half of them after a rehearsal; a few visits between."""
    for user, a_week in enumerate(rates(users, rng)):
        evenings = int(np.ceil(a_week))
        attended = 0.7 * a_week / evenings
        for weekday in rng.choice(7, size=min(evenings, 7), replace=False, p=WEEKDAYS):
            hour = rng.uniform(18, 22) / 24
            for week in range(DAYS // 7):
                if rng.random() < attended:
                    gig = 7 * week + weekday + hour + rng.normal(0, 0.02)
                    yield gig, user
                    if rng.random() < 0.5:
                        yield gig - rng.uniform(2, 6) / 24, user
        yield from irregular(user, 7 / (0.15 * a_week), 0.0, rng)


def launch(users: int, rng: np.random.Generator) -> Visits:
    """Most arrive in the first weeks; a third comes once, the others less and less often."""
    for user, a_week in enumerate(rates(users, rng)):
        arrival = rng.exponential(25)
        yield evening(arrival, rng), user
        if rng.random() < 0.33:
            continue
        for day, _ in irregular(user, 7 / (2 * a_week), arrival, rng):
            if rng.random() < 0.2 + 0.8 * 0.5 ** ((day - arrival) / 20):
                yield day, user


SCENARIOS: dict[str, Callable[[int, np.random.Generator], Visits]] = {
    "steady": steady,
    "weekly": weekly,
    "launch": launch,
}


def rates(users: int, rng: np.random.Generator) -> np.ndarray:
    """Visits a week of each user."""
    weights = np.arange(1, users + 1) ** -POPULARITY
    return np.minimum(rng.permutation(weights / weights.mean()) * VISITS_A_WEEK, 14)


def irregular(user: int, pause: float, arrival: float, rng: np.random.Generator) -> Visits:
    """Visits with lognormal pauses; a quarter of them has a second one some hours later."""
    day = arrival + rng.uniform(0, pause)
    while day < DAYS:
        visit = evening(day, rng)
        yield visit, user
        if rng.random() < 0.25:
            yield visit + rng.uniform(1, 5) / 24, user
        day += 1.25 * pause * rng.lognormal(-0.5, 1)


def evening(day: float, rng: np.random.Generator) -> float:
    """The same day at an hour when people perform: around seven, seldom in the morning."""
    return float(np.floor(day) + np.clip(rng.normal(19, 3.5), 0, 23.9) / 24)


def trace(scenario: str, users: int, *, seed: int) -> list[Use]:
    """Every perform of every user, in order."""
    rng = np.random.default_rng([seed, users, list(SCENARIOS).index(scenario)])
    moments = []
    for day, user in SCENARIOS[scenario](users, rng):
        performs = rng.geometric(1 / PERFORMS_A_VISIT)
        minutes = np.cumsum(rng.exponential(MINUTES_BETWEEN_PERFORMS, performs))
        moments += [(day + minute / 1440, user) for minute in minutes]
    return known([(START + timedelta(days=day), user) for day, user in sorted(moments) if 0 <= day < DAYS])


def known(moments: list[tuple[datetime, int]]) -> list[Use]:
    """What is known of each user at each use. It does not depend on who is resident."""
    habits: dict[int, Habit] = {}
    uses: Counter[int] = Counter()
    result = []
    for (at, user), next_at in zip(moments, next_uses(moments), strict=True):
        habits[user] = used(habits[user], now=at) if user in habits else newcomer(at)
        uses[user] += 1
        result.append(Use(at, user, habits[user], uses[user], next_at))
    return result


def next_uses(moments: list[tuple[datetime, int]]) -> list[datetime]:
    coming: dict[int, datetime] = {}
    result = []
    for at, user in reversed(moments):
        result.append(coming.get(user, NEVER))
        coming[user] = at
    return result[::-1]
