from datetime import UTC, datetime, timedelta

import pytest

from pool import builds
from pool.models import Account, Build

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_build(outcome: str, *, first: bool = True, days_ago: int = 0) -> None:
    account = Account.objects.get(name="default")
    at = NOON - timedelta(days=days_ago)
    Build.objects.create(account=account, outcome=outcome, first=first, started_at=at)


def test_creations_are_told_by_day_first_ones_and_rebuilds_apart() -> None:
    a_build("made")
    a_build("unknown", first=False)
    a_build("not_made", first=False)
    a_build("made", days_ago=1)
    a_build("made", days_ago=2)
    yesterday, today = builds.lately(now=NOON, days=2)
    assert (yesterday.first, yesterday.again) == (1, 0)
    assert (today.day, today.first, today.again) == (NOON.date(), 1, 1)
