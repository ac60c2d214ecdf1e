from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.models import Schedule

from thoughtvoice import jobs
from thoughtvoice.schedules import JOBS

pytestmark = pytest.mark.django_db
TOMORROW = timezone.now().replace(microsecond=0) + timedelta(days=1)


def sync() -> None:
    call_command("syncschedules", stdout=StringIO())


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_scheduled_job_runs_twice_and_says_what_it_did(job) -> None:
    assert jobs.run(job.name)
    assert jobs.run(job.name)


def test_schedules_are_made_equal_to_the_file() -> None:
    Schedule.objects.create(name="a job of last year", func="gone.away")
    sync()
    sync()
    assert sorted((s.name, s.func, s.args, s.minutes) for s in Schedule.objects.all()) == sorted(
        (job.name, "thoughtvoice.jobs.run", repr(job.name), job.minutes) for job in JOBS
    )


def test_a_deployment_puts_no_job_off() -> None:
    sync()
    Schedule.objects.update(next_run=TOMORROW)
    sync()
    assert {schedule.next_run for schedule in Schedule.objects.all()} == {TOMORROW}


def test_a_job_that_is_to_run_oftener_does_so_at_once() -> None:
    sync()
    Schedule.objects.filter(name="reconcile the pool").update(minutes=600, next_run=TOMORROW)
    sync()
    assert Schedule.objects.get(name="reconcile the pool").next_run < TOMORROW


def test_a_job_that_two_deployments_wrote_at_once_is_there_once() -> None:
    sync()
    Schedule.objects.create(name="beat", func="thoughtvoice.jobs.run", args="'beat'")
    sync()
    assert Schedule.objects.filter(name="beat").count() == 1
