"""What happens on every performance, every minute or every visit finds its rows by an index, on each engine."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import Attempt, Charge, Device, User
from conftest import PASSWORD, App
from perform.models import Performance
from perform.tests.stage import give_voice, press
from thoughtvoice.schedules import JOBS
from thoughtvoice.tests.plans import MOST_EXAMINED, read_in_full
from voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = {
    "accounts_lease",
    "perform_background",
    "perform_routine",
    "pool_account",
    "pool_ghostrun",
    "pool_slot",
    "pool_switches",
    "voices_speechmodel",
}
"""As many rows as there are places, routines or settings, however many users."""
OURS = {
    model._meta.db_table
    for model in apps.get_models()
    if model._meta.app_label in {"accounts", "voices", "pool", "perform"}
}
BIG = OURS - SMALL
OFTEN = [job.name for job in JOBS if job.minutes <= 5]


@pytest.fixture
def crowd(db: None) -> None:
    """So many others that it would show if their rows were read as well."""
    some = range(3 * MOST_EXAMINED)
    users = [
        User(username=f"u{n}", username_key=f"u{n}", email=f"u{n}@x.org", email_key=f"u{n}@x.org")
        for n in some
    ]
    User.objects.bulk_create(users)
    Voice.objects.bulk_create(Voice(user=user, revision=1) for user in users)
    Device.objects.bulk_create(Device(user=user) for user in users)
    Charge.objects.bulk_create(
        Charge(user=user, number=1, characters=80, state=Charge.State.SETTLED, created_at=NOW - DAYS)
        for user in users
    )
    Performance.objects.bulk_create(
        Performance(user=user, language="en", state=Performance.State.DONE, created_at=NOW - DAYS)
        for user in users
    )
    Attempt.objects.bulk_create(
        Attempt(scope=f"perform:{user.pk}", key_hash=user.pk.hex, fingerprint="x") for user in users
    )


NOW = timezone.now()
DAYS = timedelta(days=20)
VISITS: dict[str, Callable[[App], Any]] = {
    "performs": lambda app: press(app, key="press-0001", voice="own"),
    "performs again": lambda app: [press(app, key="press-0001") for _ in range(2)],
    "signs in": lambda app: app.post_json("/auth/login", {"username": "alice", "password": PASSWORD}),
    "looks at their account": lambda app: app.get("/user/me"),
    "looks at their voice": lambda app: app.get("/user/voice"),
    "looks at their settings": lambda app: app.get("/user/settings"),
    "looks at what they performed": lambda app: app.get("/performances"),
    "warms up": lambda app: app.post_json("/user/voice/warm", {}),
}


@pytest.mark.parametrize("visit", VISITS)
def test_a_performer_who_comes_reads_no_table_in_full(
    visit: str, crowd: None, as_alice: App, alice: User
) -> None:
    give_voice(alice)
    answers: list[Any] = []
    scanned = read_in_full(lambda: answers.append(VISITS[visit](as_alice)))
    [answer] = answers
    last = answer[-1] if isinstance(answer, list) else answer
    assert last.status_code in {200, 202}
    assert scanned & BIG == set()


@pytest.mark.parametrize("name", OFTEN)
def test_a_job_that_runs_every_few_minutes_reads_no_table_in_full(name: str, crowd: None) -> None:
    calls = next(job.calls for job in JOBS if job.name == name)
    assert read_in_full(import_string(calls)) & BIG == set()


def test_a_table_that_is_read_in_full_is_noticed(crowd: None) -> None:
    assert read_in_full(lambda: list(User.objects.filter(is_superuser=True))) == {"accounts_user"}
    assert read_in_full(lambda: Charge.objects.filter(factor=2.0).update(factor=1.0)) == {"accounts_charge"}
    assert read_in_full(lambda: User.objects.filter(username_key="u7").first()) == set()


def test_the_newest_of_all_are_found_without_reading_the_others(crowd: None) -> None:
    lately = Performance.objects.filter(created_at__gte=NOW - 2 * DAYS)
    newest = lately.order_by("-created_at", "-id")[:10]
    assert read_in_full(lambda: list(newest)) == set()
