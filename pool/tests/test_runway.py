from datetime import UTC, date, datetime

import pytest

from pool.runway import runway

NOW = datetime(2026, 11, 11, 12, tzinfo=UTC)
RESETS_AT = datetime(2026, 12, 1, 12, tzinfo=UTC)  # a third of the period is over


@pytest.mark.parametrize(
    ("used", "limit", "ends_on"),
    [
        (30, 95, None),  # lasts until it is renewed
        (50, 95, date(2026, 11, 20)),
        (95, 95, NOW.date()),
        (120, 95, NOW.date()),
        (0, 95, None),
        (50, None, None),
    ],
)
def test_it_ends_when_the_rate_so_far_says(used: int, limit: int | None, ends_on: date | None) -> None:
    assert runway(used, limit, resets_at=RESETS_AT, now=NOW).ends_on == ends_on


def test_nothing_is_foretold_on_the_first_day_or_without_a_date() -> None:
    first_day = datetime(2026, 11, 1, 18, tzinfo=UTC)
    assert runway(90, 95, resets_at=RESETS_AT, now=first_day).ends_on is None
    assert runway(90, 95, resets_at=None, now=NOW).ends_on is None


def test_what_is_left_and_which_share_is_used() -> None:
    plan = runway(19, 95, resets_at=RESETS_AT, now=NOW)
    assert (plan.left, plan.share) == (76, 0.2)
    assert runway(19, None, resets_at=None, now=NOW).left is None
