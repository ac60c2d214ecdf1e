import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Lease
from conftest import App
from perform import writers
from thoughtvoice import health, jobs, schedules
from thoughtvoice.double import Double
from voices import providers
from voices.providers.base import ProviderError
from voices.providers.breaker import FAILURES


def test_it_says_that_an_offline_engine_speaks(as_stranger: App) -> None:
    body = as_stranger.get("/health").json()
    assert body["status"] == "ok"
    assert (body["voice_provider"], body["writer"]) == ("offline", "offline")


@pytest.fixture
def busy_worker() -> None:
    for job in schedules.JOBS:
        jobs.run(job.name)


def test_it_is_ready_with_database_cache_and_worker(as_stranger: App, busy_worker: None) -> None:
    answer = as_stranger.get("/health/ready").json()
    assert answer["worker"].pop("silent_seconds") < 60
    assert answer == {
        "status": "ok",
        "checks": {"database": True, "cache": True},
        "services": {"offline:default": "closed"},
        "worker": {"state": "working", "overdue": []},
    }


def test_before_a_worker_was_ever_seen_it_performs_but_says_so(as_stranger: App) -> None:
    answer = as_stranger.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["worker"]["state"] == "unseen"


def test_a_worker_that_takes_no_jobs_any_more_is_silent(as_stranger: App, busy_worker: None) -> None:
    Lease.objects.update(succeeded_at=timezone.now() - timedelta(seconds=200))
    answer = as_stranger.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    worker = answer.json()["worker"]
    assert (worker["state"], worker["overdue"]) == ("silent", ["beat", "delete discarded clones"])


@pytest.mark.django_db
def test_a_job_that_keeps_failing_is_overdue_by_name(busy_worker: None) -> None:
    now = timezone.now()
    Lease.objects.filter(name="reconcile the pool").update(succeeded_at=now - timedelta(minutes=16))
    assert health.worker(now=now).overdue == ["reconcile the pool"]


def open_the_breaker(name: str) -> None:
    (breaker,) = [b for b in (*providers.breakers(), *writers.breakers()) if b.name == name]
    for _ in range(FAILURES):
        with pytest.raises(ProviderError), breaker.watching(deadline=time.monotonic() + 10):
            raise ProviderError


def test_a_service_that_does_not_answer_is_told_and_takes_no_host_out_of_use(
    as_stranger: App, on_the_double: Double
) -> None:
    open_the_breaker("elevenlabs:default")
    answer = as_stranger.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["services"] == {"elevenlabs:default": "open", "gemini": "closed"}


def test_without_the_cache_it_performs_but_says_so(
    as_stranger: App, settings: Any, busy_worker: None
) -> None:
    nobody = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": nobody}
    answer = as_stranger.get("/health/ready")
    told = answer.json()
    assert (answer.status_code, told["status"], told["checks"]["cache"]) == (200, "degraded", False)


def test_staff_see_which_service_does_not_answer(on_the_double: Double, admin_client: Any) -> None:
    open_the_breaker("elevenlabs:default")
    page = admin_client.get("/admin/voices/speechmodel/").content.decode()
    assert "elevenlabs:default: left alone" in page
    assert "eleven_flash_v2_5" in page


def test_the_api_describes_itself(as_stranger: App) -> None:
    answer = as_stranger.get("/schema")
    assert answer.status_code == 200
    assert b"/perform" in answer.content


def test_the_back_office_asks_staff_to_sign_in(as_stranger: App) -> None:
    answer = as_stranger.get("/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")
