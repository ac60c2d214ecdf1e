import math
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from pool import policy
from pool.habits import Habit, newcomer, used
from pool.policy import STRATEGIES, Resident, explain, keep_value, visits_a_week

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
TTL = timedelta(minutes=30)
LEAST = "of all that may leave, least expected back."


def resident(key: str, *, idle: float, pinned: int = 0, every: float = 0, visits: int = 1) -> Resident:
    """Last used `idle` minutes ago, pinned for `pinned` minutes more, after visits `every` so many minutes."""
    first = NOW - timedelta(minutes=idle + every * (visits - 1))
    habit = newcomer(first)
    for visit in range(1, visits):
        habit = used(habit, now=first + timedelta(minutes=every * visit))
    return Resident(key, habit, NOW + timedelta(minutes=pinned))


def order(strategy: str, *residents: Resident) -> list[str]:
    return [r.key for r in STRATEGIES[strategy].order(residents, now=NOW, ttl=TTL)]


every_strategy = pytest.mark.parametrize("strategy", STRATEGIES)


@every_strategy
def test_of_strangers_whoever_was_used_longest_ago_goes_first(strategy: str) -> None:
    assert order(strategy, resident("b", idle=50), resident("a", idle=90), resident("c", idle=20)) == [*"abc"]


@every_strategy
def test_who_is_pinned_stays(strategy: str) -> None:
    assert order(strategy, resident("a", idle=90, pinned=1), resident("b", idle=20)) == ["b"]


@every_strategy
def test_a_pin_that_ends_now_has_ended(strategy: str) -> None:
    assert order(strategy, resident("a", idle=90, pinned=0)) == ["a"]


@every_strategy
def test_nobody_goes_when_all_are_pinned(strategy: str) -> None:
    assert order(strategy, resident("a", idle=90, pinned=1)) == []


@every_strategy
def test_equals_leave_in_the_same_order_however_they_are_given(strategy: str) -> None:
    equals = [resident(key, idle=60) for key in "abc"]
    assert {tuple(order(strategy, *some)) for some in permutations(equals)} == {("a", "b", "c")}


@every_strategy
def test_a_use_in_the_future_breaks_nothing(strategy: str) -> None:
    assert order(strategy, resident("a", idle=-600, every=60, visits=3), resident("b", idle=60)) == ["b", "a"]


def test_with_ttl_somebody_makes_room_even_if_nobodys_time_is_over() -> None:
    assert order("ttl", resident("a", idle=5), resident("b", idle=9)) == ["b", "a"]


def test_who_was_just_used_stays_even_if_a_stranger_among_regulars() -> None:
    stranger = resident("stranger", idle=14)
    regular = resident("regular", idle=120, every=1440, visits=9)
    assert order("hybrid", stranger, regular) == ["regular", "stranger"]


def test_after_a_quarter_hour_the_stranger_leaves_before_the_regular() -> None:
    stranger = resident("stranger", idle=300)
    regular = resident("regular", idle=400, every=1440, visits=9)
    assert order("hybrid", stranger, regular) == ["stranger", "regular"]


def test_when_all_were_just_used_the_oldest_leaves() -> None:
    regular = resident("regular", idle=9, every=1440, visits=9)
    assert order("hybrid", resident("stranger", idle=8), regular) == ["regular", "stranger"]


def test_who_is_due_stays_before_who_has_just_been() -> None:
    day = 24 * 60
    weekly = resident("weekly", idle=7 * day - 60, every=7 * day, visits=5)
    just_been = resident("just been", idle=day, every=7 * day, visits=5)
    assert order("hybrid", weekly, just_been) == ["just been", "weekly"]


def test_the_keep_value_is_the_formula_of_the_study() -> None:
    habit = Habit(3.0, NOW - timedelta(days=10), NOW - timedelta(hours=2), (3600.0, 90_000.0))
    memory = 7 * 86400 / math.log(2)
    rate = (3.0 * math.exp(-7200 / memory) + 0.3) / (
        memory * (1 - math.exp(-10 * 86400 / memory)) + 3 * 86400
    )
    due = 1 / (90_000 - 7200 + 3600) / 3
    assert keep_value(habit, NOW) == pytest.approx(rate + 0.3 * due + 0.25 / 86400)


def test_who_comes_daily_is_soon_seen_as_coming_nearly_daily() -> None:
    daily = resident("a", idle=60, every=1440, visits=30)
    assert visits_a_week(daily.habit, NOW) == pytest.approx(5.7, abs=0.5)


@pytest.mark.parametrize(
    ("strategy", "who", "why"),
    [
        ("lru", resident("a", idle=90), "Last used 90 min ago: of all that may leave, longest ago."),
        ("ttl", resident("a", idle=90), "Last used 90 min ago: beyond the 30 min that a voice may be idle."),
        (
            "ttl",
            resident("a", idle=5),
            "Last used 5 min ago: nobody was idle for 30 min, and of all that may leave, longest ago.",
        ),
        (
            "hybrid",
            resident("a", idle=5),
            "Last used 5 min ago: all that may leave were used in the last quarter hour, and this one longest ago.",
        ),
        (
            "hybrid",
            resident("a", idle=300),
            f"Last used 5 h ago, about 2.8 visits a week, no second visit yet: {LEAST}",
        ),
        (
            "hybrid",
            resident("a", idle=4 * 1440, every=1440, visits=4),
            f"Last used 4 days ago, about 2.3 visits a week, 0 of the last 3 pauses were longer than this: {LEAST}",
        ),
    ],
)
def test_staff_read_in_one_sentence_why_it_leaves(strategy: str, who: Resident, why: str) -> None:
    assert explain(strategy, who, now=NOW, ttl=TTL) == why


@every_strategy
def test_each_strategy_says_in_one_sentence_what_it_does(strategy: str) -> None:
    assert STRATEGIES[strategy].sentence.count(".") == 1
    assert STRATEGIES[strategy].name == strategy


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (2.9, "2 min"),
        (119, "119 min"),
        (121, "2 h"),
        (179, "2 h"),
        (47 * 60 + 59, "47 h"),
        (71 * 60, "2 days"),
    ],
)
def test_times_are_told_in_whole_units_that_have_passed(minutes: float, told: str) -> None:
    assert policy._spoken(minutes * 60) == told
