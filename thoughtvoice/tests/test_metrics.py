import ipaddress
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from prometheus_client import REGISTRY

from accounts.models import Charge, User
from conftest import App
from pool.models import Account, Slot
from thoughtvoice import jobs

TOKEN = "a token that nobody guesses"


@pytest.mark.parametrize("sent", [None, "Bearer ", f"Bearer {TOKEN}x", TOKEN])
def test_only_who_knows_the_token_finds_it(as_stranger: App, settings: Any, sent: str | None) -> None:
    settings.METRICS_TOKEN = TOKEN
    headers = {"Authorization": sent} if sent else {}
    assert as_stranger.get("/metrics", headers=headers).status_code == 404


def test_without_a_token_in_the_settings_nobody_finds_it(as_stranger: App) -> None:
    assert as_stranger.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_it_tells_how_the_services_do(as_stranger: App, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = as_stranger.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    lines = answer.content.decode().splitlines()
    assert "elevenlabs_fail_ratio 0.0" in lines
    assert 'provider_breaker_open{service="offline:default"} 0.0' in lines
    assert "# TYPE elevenlabs_requests_total counter" in lines


@pytest.mark.parametrize(("network", "status"), [("127.0.0.0/8", 200), ("10.0.0.0/8", 404), ("::1/128", 404)])
def test_who_asks_from_an_allowed_network_needs_no_token(
    as_stranger: App, settings: Any, network: str, status: int
) -> None:
    settings.METRICS_ALLOW = [ipaddress.ip_network(network)]
    assert as_stranger.get("/metrics").status_code == status


@pytest.fixture
def page(as_stranger: App, settings: Any) -> Callable[[], dict[str, float]]:
    """The figures by name and labels, as Prometheus reads them."""
    settings.METRICS_TOKEN = TOKEN

    def read() -> dict[str, float]:
        answer = as_stranger.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    return read


def test_every_figure_of_the_contract_is_there(page: Callable[[], dict[str, float]]) -> None:
    names = {name.partition("{")[0] for name in page()} | set(REGISTRY._names_to_collectors)
    assert {
        *("perform_requests_total", "perform_success_total", "perform_fail_total", "chars_generated_total"),
        *("perform_latency_ms_bucket", "perform_first_audio_ms_bucket", "clone_lifecycle_ms_bucket"),
        *(
            "clone_create_total",
            "clone_create_fail_total",
            "elevenlabs_requests_total",
            "elevenlabs_fail_ratio",
        ),
        *("pool_reuse_total", "pool_insert_total", "pool_evictions_total", "pool_refused_total"),
        *("pool_current_size", "pool_capacity", "pool_discards", "job_last_success_timestamp"),
    } <= {name.partition("{")[0] for name in names}


def test_the_pool_is_read_from_the_database_when_asked(page: Callable[[], dict[str, float]]) -> None:
    account = Account.objects.create(name="another", characters_limit=1000, characters_used=300)
    since = timezone.now() - timedelta(hours=2)
    for number, state in enumerate(["ready", "ready", "deleting", "blocked"]):
        Slot.objects.create(account=account, number=100 + number, state=state, since=since)
    free = page()['pool_slots{state="free"}']
    seen = page()
    assert (seen["pool_current_size"], seen["pool_capacity"], seen["pool_discards"]) == (2, free + 3, 1)
    assert seen["pool_discard_oldest_seconds"] == pytest.approx(7200, abs=60)
    assert seen['provider_characters_limit{account="another"}'] == 1000


def test_the_runway_is_what_is_left_at_the_last_weeks_rate(
    page: Callable[[], dict[str, float]], alice: User
) -> None:
    Account.objects.update_or_create(
        name="default", defaults={"characters_limit": 1000, "characters_used": 300}
    )
    Charge.objects.create(user=alice, number=1, characters=1400, factor=0.5, state="settled")
    assert page()['provider_runway_days{account="default"}'] == pytest.approx(7.0)


def test_a_job_that_ended_well_tells_when(page: Callable[[], dict[str, float]]) -> None:
    assert page()['job_last_success_timestamp{job="beat"}'] == 0
    jobs.run("beat")
    seen = page()
    assert seen['job_last_success_timestamp{job="beat"}'] == pytest.approx(time.time(), abs=30)
    assert seen["worker_beat_timestamp"] == seen['job_last_success_timestamp{job="beat"}']
    assert seen['job_interval_seconds{job="beat"}'] == 60


def test_requests_are_counted_by_view_and_never_by_address(
    page: Callable[[], dict[str, float]], as_stranger: App
) -> None:
    as_stranger.get("/health")
    as_stranger.get("/nowhere/secret-4711")
    seen = page()
    counted = "django_http_requests_total_by_view_transport_method_total"
    assert seen[f'{counted}{{method="GET",transport="http",view="thoughtvoice.health.live"}}'] >= 1
    assert not any("4711" in name for name in seen)


def test_database_and_cache_are_counted_too(page: Callable[[], dict[str, float]], settings: Any) -> None:
    cache.set("known", 0)
    assert (cache.get("known"), cache.get("unknown", "default")) == (0, "default")
    before = page()
    assert cache.get("known") == 0
    assert cache.get("unknown") is None
    seen = page()
    backend = "redis" if settings.REDIS_URL else "locmem"
    for kind in ("hits", "misses"):
        name = f'django_cache_get_{kind}_total{{backend="{backend}"}}'
        assert seen[name] > before[name]
    queries = "mongodb_commands_total" if settings.ON_MONGODB else "django_db_execute_total"
    assert sum(value for name, value in seen.items() if name.startswith(queries)) > 0
