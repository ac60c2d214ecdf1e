"""The ghost pools see what was really performed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from perform import jobs
from perform.jobs import show_ghosts
from perform.models import Performance
from pool import ghosts, switches
from pool.models import GhostRun

pytestmark = pytest.mark.django_db


def used(user: User, *, minutes_ago: int, source: str = "pooled") -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    Performance.objects.create(user=user, created_at=at, state="done", voice_source=source, language="en")


def begin() -> None:
    """The ghosts have been there for an hour."""
    show_ghosts()
    GhostRun.objects.update(seen_until=timezone.now() - timedelta(hours=1))


def test_each_use_of_the_pool_is_seen_once(alice: User, bob: User) -> None:
    begin()
    used(alice, minutes_ago=30)
    used(bob, minutes_ago=20)
    used(alice, minutes_ago=10)
    used(alice, minutes_ago=9, source="tts")
    assert [show_ghosts(), show_ghosts()] == ["3 uses seen", "0 uses seen"]
    told = ghosts.comparison()
    assert told is not None
    assert (told.uses, told.shares["lru"]) == (3, [(5, 1 / 3), (10, 1 / 3), (20, 1 / 3)])


def test_what_may_still_run_is_left_for_the_next_time(alice: User) -> None:
    begin()
    used(alice, minutes_ago=1)
    assert show_ghosts() == "0 uses seen"
    Performance.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    assert show_ghosts() == "1 uses seen"


def test_uses_of_one_moment_are_seen_together(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin()
    for user in (alice, bob, alice):
        used(user, minutes_ago=10)
    Performance.objects.update(created_at=timezone.now() - timedelta(minutes=10))
    used(bob, minutes_ago=5)
    monkeypatch.setattr(jobs, "USES_A_RUN", 2)
    assert [show_ghosts() for _ in range(3)] == ["3 uses seen", "1 uses seen", "0 uses seen"]


def test_a_smaller_pool_would_have_missed_more(make_user) -> None:
    switches.change(capacity=2)
    begin()
    people = [make_user(name) for name in ("dora", "eve")]
    for minutes in (50, 40, 30, 20):
        used(people[minutes // 10 % 2], minutes_ago=minutes)
    show_ghosts()
    assert ghosts.comparison().shares["lru"] == [(1, 0.0), (2, 0.5), (4, 0.5)]


def test_another_capacity_begins_anew(alice: User) -> None:
    begin()
    used(alice, minutes_ago=10)
    show_ghosts()
    switches.change(capacity=7)
    show_ghosts()
    assert ghosts.comparison() is None
