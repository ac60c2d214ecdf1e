"""SIGTERM: what runs is finished, and nothing new is begun."""

import http.client
import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.models import Task
from django_q.tasks import async_task

from accounts import tokens
from accounts.models import User
from perform.models import Performance
from perform.tests.server import serving_process, working
from perform.tests.stage import QUEEN, charged
from thoughtvoice.double import Double, Settings
from thoughtvoice.tests.queue import queued

pytestmark = pytest.mark.django_db(transaction=True)


def until(happened: Callable[[], bool], seconds: float = 60) -> None:
    over = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < over, "it did not happen"
        time.sleep(0.05)


def answers(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=1)) as client:
        try:
            client.request("GET", "/health")
            client.getresponse()
        except OSError:
            return False
        return True


def test_a_web_process_finishes_the_performance_that_it_is_asked_to_stop_in(
    double: Double, alice: User, tmp_path: Path
) -> None:
    double.reset(Settings(speech_pace=2.0))
    access = tokens.open_device(alice, name="phone", now=timezone.now())["access"]
    headers = {
        "Authorization": f"Bearer {access}",
        "Accept": "audio/mpeg",
        "Content-Type": "application/json",
    }
    with (
        serving_process(double_url=double.url, folder=tmp_path, grace=15) as (port, process),
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as client,
    ):
        client.request("POST", "/perform", json.dumps(QUEEN), headers)
        answer = client.getresponse()
        assert answer.read(1)
        process.terminate()
        time.sleep(0.5)
        assert not answers(port)
        assert len(answer.read()) > 10_000
        assert process.wait(30) == 0
    done = Performance.objects.get()
    assert (done.state, charged(alice)) == ("done", len(done.text))


def test_a_worker_finishes_its_job_and_loses_no_other(double: Double, tmp_path: Path) -> None:
    with working(double_url=double.url, folder=tmp_path, WORKERS="1") as process:
        async_task("time.sleep", 3, task_name="running")
        until(lambda: not get_broker().queue_size())
        time.sleep(1)
        process.terminate()
        time.sleep(0.5)
        async_task("time.sleep", 0, task_name="late")
        assert process.wait(20) == 0
    assert Task.objects.get(name="running").success
    # From Redis it may have taken the next one already; then it does that too.
    assert len(queued()) + Task.objects.filter(name="late", success=True).count() == 1
