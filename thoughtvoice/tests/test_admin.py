"""Schedules and the history of jobs, as staff see them."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.models import Schedule, Task
from django_q.tasks import async_task

from accounts.models import StaffAction
from accounts.tests.roles import office_of
from thoughtvoice.tests.queue import queued

pytestmark = pytest.mark.django_db


def a_task(number: int, *, success: bool) -> Task:
    now = timezone.now()
    return Task.objects.create(
        id=f"task{number}",
        name=f"task{number}",
        func="perform.jobs.warm",
        args=("a-voice",),
        started=now - timedelta(seconds=3),
        stopped=now,
        result="in slot 3" if success else "Traceback: SlotsBusy",
        success=success,
    )


def test_schedules_say_what_they_do_and_how_often(office: Client) -> None:
    call_command("syncschedules", stdout=StringIO())
    page = office.get("/admin/django_q/schedule/").content.decode()
    assert "reconcile the pool" in page
    assert "5 minutes" in page


def test_a_job_is_run_now(office: Client) -> None:
    Schedule.objects.create(
        name="warm", func="perform.jobs.warm", args="'a-voice'", schedule_type="I", minutes=5
    )
    schedule = Schedule.objects.get()
    office.post(f"/admin/django_q/schedule/{schedule.pk}/run/", {"reason": "an alert"})
    assert queued() == [("perform.jobs.warm", ("a-voice",))]
    assert StaffAction.objects.get().action == "job.run"


def test_support_looks_at_jobs_and_runs_none() -> None:
    schedule = Schedule.objects.create(name="warm", func="perform.jobs.warm", schedule_type="I", minutes=5)
    support = office_of("support")
    page = support.get(f"/admin/django_q/schedule/{schedule.pk}/change/")
    assert page.status_code == 200
    assert f"/admin/django_q/schedule/{schedule.pk}/run/" not in page.content.decode()
    given = {"reason": "try"}
    assert support.post(f"/admin/django_q/schedule/{schedule.pk}/run/", given).status_code == 403


def test_jobs_are_told_apart_by_how_they_ended_and_a_failed_one_runs_again(office: Client) -> None:
    a_task(1, success=True)
    failed = a_task(2, success=False)
    assert "in slot 3" in office.get("/admin/django_q/success/").content.decode()
    page = office.get("/admin/django_q/failure/").content.decode()
    assert "SlotsBusy" in page
    assert "in slot 3" not in page
    office.post(f"/admin/django_q/failure/{failed.pk}/again/", {"reason": "the provider is back"})
    assert [arguments for _, arguments in queued()] == [("a-voice",)]


@pytest.mark.parametrize(
    ("page", "questions"), [("success", 6), ("failure", 6), ("ormq", 6), ("schedule", 6)]
)
def test_a_list_asks_as_much_for_three_as_for_one(page: str, questions: int) -> None:
    operator = office_of("operator")
    for number in (1, 2, 3):
        a_task(number, success=page == "success")
        async_task("perform.jobs.warm", "a-voice", broker=ORM())
        Schedule.objects.create(name=str(number), func="f", schedule_type="I", minutes=5)
        if number == 2:
            continue
        with CaptureQueriesContext(connection) as seen:
            assert operator.get(f"/admin/django_q/{page}/").status_code == 200
        assert len(seen) == questions
