from datetime import timedelta
from typing import Any

from django.utils import timezone
from prometheus_client import REGISTRY

from accounts.models import User
from conftest import App
from perform import jobs
from perform.models import Performance
from perform.tests.stage import press
from thoughtvoice.double import Double


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_performance_is_counted_with_its_characters_and_times(as_alice: App, alice: User) -> None:
    before = {name: value(name) for name in ("perform_success_total", "chars_generated_total")}
    text = press(as_alice).json()["text"]
    assert value("perform_success_total") == before["perform_success_total"] + 1
    assert value("chars_generated_total") == before["chars_generated_total"] + len(text)
    assert value("perform_first_audio_ms_count") > 0


def test_a_failure_is_counted_by_its_code(on_the_double: Double, as_alice: App, settings: Any) -> None:
    before = value("perform_fail_total", code="provider_unavailable")
    on_the_double.script.add("speak", "503", count=9)
    press(as_alice)
    assert value("perform_fail_total", code="provider_unavailable") == before + 1


def test_one_whose_process_died_is_counted_when_a_job_ends_it(alice: User) -> None:
    before = value("perform_fail_total", code="abandoned")
    Performance.objects.create(user=alice, language="en", created_at=timezone.now() - timedelta(hours=1))
    jobs.fail_stuck()
    assert value("perform_fail_total", code="abandoned") == before + 1


def test_the_page_for_prometheus_names_them(as_stranger: App, settings: Any) -> None:
    settings.METRICS_TOKEN = "t" * 40
    page = as_stranger.get("/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"})
    assert b"perform_requests_total" in page.content
