from datetime import UTC, datetime, timedelta

import pytest

from pool.habits import Habit, expected, newcomer, used

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def after(*minutes: float) -> Habit:
    """The habit of somebody who came at noon and was then used after each of these pauses."""
    habit = newcomer(NOON)
    for pause in minutes:
        habit = used(habit, now=habit.last_used_at + timedelta(minutes=pause))
    return habit


def test_a_newcomer_has_one_visit_and_no_pauses() -> None:
    assert newcomer(NOON) == Habit(1.0, NOON, NOON, ())


def test_a_show_of_twenty_performs_is_one_visit() -> None:
    show = after(*[2] * 19)
    assert show.pauses == ()
    assert show.score == pytest.approx(1.0, abs=0.01)
    assert show.last_used_at == NOON + timedelta(minutes=38)


def test_a_use_after_just_half_an_hour_is_the_same_visit() -> None:
    assert after(30).pauses == ()


def test_a_use_after_more_than_half_an_hour_begins_a_visit() -> None:
    habit = after(31)
    assert habit.pauses == (31 * 60.0,)
    assert habit.score == pytest.approx(2.0, abs=0.01)


def test_a_visit_counts_half_as_much_a_week_later() -> None:
    week = 7 * 24 * 60
    assert after(week).score == pytest.approx(1.5)
    assert after(week, week).score == pytest.approx(1.75)


def test_the_last_eight_pauses_are_kept_in_order() -> None:
    assert after(*range(40, 52)).pauses == tuple(60.0 * minutes for minutes in range(44, 52))


def test_two_uses_at_the_same_instant_are_one() -> None:
    assert used(after(40), now=after(40).last_used_at) == after(40)


def test_a_clock_that_goes_backwards_changes_nothing() -> None:
    habit = after(40)
    assert used(habit, now=NOON - timedelta(days=3)) == habit


WEEK = 7 * 24 * 60


@pytest.mark.parametrize(
    ("pauses", "awaited"),
    [
        ((WEEK, WEEK, WEEK), True),
        ((WEEK, WEEK - 90, WEEK + 120), True),
        ((60, WEEK, WEEK, WEEK), True),
        ((WEEK, WEEK), False),
        ((WEEK, 2 * WEEK, WEEK), False),
        ((), False),
    ],
)
def test_who_came_three_times_after_equal_pauses_is_awaited_after_the_next(pauses, awaited: bool) -> None:
    habit = after(*pauses)
    returns = habit.last_used_at + timedelta(minutes=WEEK)
    assert expected(habit) == (returns if awaited else None)
