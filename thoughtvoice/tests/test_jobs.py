import logging
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_q.tasks import async_task

from accounts import leases
from accounts.models import Lease, User
from conftest import App
from thoughtvoice import jobs, requests
from thoughtvoice.schedules import Job

pytestmark = pytest.mark.django_db


def told(caplog: pytest.LogCaptureFixture) -> list[Any]:
    return [record for record in caplog.records if record.getMessage() == "job"]


def work(name: str) -> None:
    """As a worker does it, in this process."""
    async_task(jobs.RUN, name, sync=True)


def test_a_job_that_another_worker_is_at_is_left_to_it() -> None:
    with leases.held("beat", seconds=60, now=timezone.now()) as mine:
        assert mine
        assert jobs.run("beat") == "another worker is at it"
    assert jobs.run("beat") == "alive"


def test_a_worker_that_died_holds_a_job_no_longer_than_its_lease() -> None:
    long_ago = timezone.now() - timedelta(seconds=jobs.LEASE_SECONDS + 1)
    Lease.objects.create(name="beat", until=long_ago + timedelta(seconds=jobs.LEASE_SECONDS))
    assert jobs.run("beat") == "alive"


def test_success_and_failure_are_kept_for_every_process_to_see(monkeypatch: Any) -> None:
    jobs.run("beat")
    before = Lease.objects.get(name="beat")
    assert before.succeeded_at
    assert before.failed_at is None
    monkeypatch.setattr("thoughtvoice.schedules.JOBS", [Job("beat", "accounts.leases.held", 1)])
    with pytest.raises(TypeError):
        jobs.run("beat")
    after = Lease.objects.get(name="beat")
    assert after.succeeded_at == before.succeeded_at
    assert after.failed_at


def test_a_row_of_an_earlier_version_is_an_error_that_names_it() -> None:
    with pytest.raises(LookupError, match="a job of last year"):
        jobs.run("a job of last year")


def test_a_job_logs_as_part_of_the_request_that_asked_for_it(
    as_alice: App, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    caplog.handler.addFilter(requests.StampFilter())
    as_alice.get("/user/me", headers={"X-Request-ID": "phone-4711"})
    task: dict[str, Any] = {"id": "t", "func": "perform.jobs.warm"}
    jobs.carry(task)
    requests.begin("somebody-else")
    jobs.follow(task)
    logging.getLogger("thoughtvoice.pool").info("voice_pool_acquire")
    last = caplog.records[-1]
    assert (last.request_id, last.user_id) == ("phone-4711", str(alice.pk))


def test_a_scheduled_job_leaves_one_line_with_an_id_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    requests.begin("")
    work("beat")
    [record] = told(caplog)
    assert (record.job, record.outcome, record.said) == ("beat", "ok", "alive")
    assert len(requests.request_id.get()) == 32


def test_a_failed_job_says_where_but_not_what_the_error_quotes(caplog: pytest.LogCaptureFixture) -> None:
    now = timezone.now()
    result = 'secret@example.org : Traceback\n  File "pool/jobs.py", line 3, in build\nValueError: secret@example.org'
    jobs.tell(
        {
            "func": "pool.jobs.build",
            "args": (),
            "started": now,
            "stopped": now,
            "success": False,
            "result": result,
        }
    )
    [record] = told(caplog)
    assert (record.job, record.outcome, record.error) == ("pool.jobs.build", "failed", "ValueError")
    assert record.at == ['File "pool/jobs.py", line 3, in build']
