"""The first screen of the back office."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.tests.roles import office_of
from perform import days
from perform.models import Performance
from pool import switches
from pool.admission import admit
from pool.models import Account
from pool.tests.factories import make_voice, soon
from thoughtvoice.home import without_rebuild

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_week(alice: User) -> None:
    now = timezone.now()
    for ago in range(3):
        at = now - timedelta(days=ago)
        made = {"user": alice, "created_at": at, "language": "en"}
        Performance.objects.create(
            **made, state="done", voice_source="pooled", characters=100, timings={"first_audio": 700}
        )
        Performance.objects.create(**made, state="failed", failure="slots_busy")
        days.count(at.date(), now=now)


def test_it_shows_how_performances_went(office: Client, a_week: None) -> None:
    page = office.get("/admin/")
    assert (page.context["week"].done, page.context["success"]) == (3, 0.5)
    assert [(cause.code, cause.many) for cause in page.context["causes"]] == [("slots_busy", 3)]
    assert page.context["first_audio"] == {50: 700, 95: 790, 99: 798}


def test_it_shows_who_is_in_the_pool_and_when_the_plan_ends(office: Client) -> None:
    now = timezone.now()
    admit(make_voice("dora"), deadline=soon(), pin_seconds=600)
    Account.objects.update(
        creations_used=60, creations_limit=95, resets_at=now + timedelta(days=15), polled_at=now
    )
    page = office.get("/admin/").content.decode()
    assert "dora" in page
    assert "pinned for" in page
    assert "used up on" in page


def test_an_empty_service_has_a_home_too(office: Client) -> None:
    page = office.get("/admin/")
    assert page.status_code == 200
    assert page.context["without_rebuild"] == {7: None, 30: None}
    assert "Uses without a rebuild, 7 days" in page.content.decode()


def test_each_rebuild_is_for_one_use_whatever_asked_for_it() -> None:
    assert [without_rebuild(10, 1), without_rebuild(0, 0), without_rebuild(1, 2)] == [0.9, None, 0.0]


def test_it_asks_as_much_whatever_happened(a_week: None) -> None:
    support = office_of("support")
    for _ in range(2):
        admit(make_voice(), deadline=soon(), pin_seconds=600)
        switches.forget()  # they are read every two seconds
        with CaptureQueriesContext(connection) as seen:
            assert support.get("/admin/").status_code == 200
        assert len(seen) == 13


def test_who_is_in_no_role_sees_no_figures(a_week: None) -> None:
    page = office_of("").get("/admin/")
    assert not {"week", "boards"} & set(page.context.keys())
    assert "Ask an admin" in page.content.decode()
