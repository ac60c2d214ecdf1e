"""What is now, read from database and cache whenever Prometheus asks: the same from whichever process answers."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import F, FloatField, Sum
from django.utils import timezone
from django_q.brokers import get_broker
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis import RedisError

from accounts.models import Charge
from pool import budget
from pool.models import Account, Slot
from thoughtvoice import health, schedules
from voices.providers import figures

RATE_DAYS = 7

log = logging.getLogger("thoughtvoice.metrics")


def registry() -> CollectorRegistry:
    made = CollectorRegistry()
    made.register(Gauges())
    return made


class Gauges(Collector):
    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: registering is not to ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        for read in (_services, _pool, _accounts, _jobs):
            yield from _or_nothing(read, now)


def _or_nothing(read: Callable[[datetime], Iterator[Metric]], now: datetime) -> list[Metric]:
    """What cannot be read is missing, and the rest of the page is there."""
    try:
        return list(read(now))
    except (DatabaseError, RedisError):
        log.exception("gauges_unreadable", extra={"of": read.__name__})
        return []


def _services(now: datetime) -> Iterator[Metric]:
    yield _one(
        "elevenlabs_fail_ratio",
        "Share of calls in the last minutes that failed for a reason of the service's.",
        figures.fail_ratio(),
    )
    yield _many(
        "provider_breaker_open",
        "1 while a service is left alone because it does not answer.",
        "service",
        {service: float(state != "closed") for service, state in health.breakers().items()},
    )


def _pool(now: datetime) -> Iterator[Metric]:
    slots = list(Slot.objects.values_list("state", "since"))
    states = Counter(state for state, _ in slots)
    waiting = [since for state, since in slots if state == Slot.State.DELETING]
    yield _one("pool_current_size", "Voices resident.", states[Slot.State.READY])
    yield _one("pool_capacity", "Places that we may use.", len(slots) - states[Slot.State.BLOCKED])
    yield _many("pool_slots", "Places by state.", "state", {name: states[name] for name in Slot.State.values})
    yield _one("pool_discards", "Clones waiting to be deleted at the voice service.", len(waiting))
    oldest = (now - min(waiting)).total_seconds() if waiting else 0.0
    yield _one("pool_discard_oldest_seconds", "How long the first of them has waited.", oldest)


def _accounts(now: datetime) -> Iterator[Metric]:
    accounts = list(Account.objects.order_by("name"))
    spent = {account.name: budget.budget(account) for account in accounts}
    told: dict[str, tuple[str, Mapping[str, float | None]]] = {
        "provider_characters_limit": (
            "The plan's characters of this period.",
            {account.name: account.characters_limit for account in accounts},
        ),
        "provider_characters_used": (
            "Characters used of them, as last polled.",
            {account.name: account.characters_used for account in accounts if account.polled_at},
        ),
        "provider_creations_limit": (
            "Voices that may be made in this period.",
            {name: spending.limit for name, spending in spent.items()},
        ),
        "provider_creations_used": (
            "Voices made in this period.",
            {name: spending.used for name, spending in spent.items()},
        ),
        "provider_runway_days": (
            "Days that the characters last at the last week's rate.",
            _runway(accounts, now),
        ),
    }
    for name, (meaning, values) in told.items():
        yield _many(name, meaning, "account", values)


def _runway(accounts: list[Account], now: datetime) -> dict[str, float | None]:
    """At the rate of all accounts together, for no charge says which account spoke."""
    week = Charge.objects.filter(
        state=Charge.State.SETTLED, created_at__gte=now - timedelta(days=RATE_DAYS)
    ).aggregate(credits=Sum(F("characters") * F("factor"), output_field=FloatField()))
    a_day = (week["credits"] or 0.0) / RATE_DAYS
    limited = [account for account in accounts if account.characters_limit]
    if not a_day or not limited:
        return {}
    share = a_day / len(accounts)
    return {
        account.name: max(0, (account.characters_limit or 0) - account.characters_used) / share
        for account in limited
    }


def _jobs(now: datetime) -> Iterator[Metric]:
    ended = health.jobs_ended()
    since = {job.name: ended[job.name].timestamp() if job.name in ended else 0.0 for job in schedules.JOBS}
    every = {job.name: job.minutes * 60.0 for job in schedules.JOBS}
    yield _many("job_last_success_timestamp", "When the job last ended well.", "job", since)
    yield _many("job_interval_seconds", "How often the job is to run.", "job", every)
    yield _one("worker_beat_timestamp", "When a worker last took a job.", since[schedules.BEAT])
    yield _one("worker_queue_length", "Jobs that wait.", get_broker().queue_size())


def _one(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _many(name: str, meaning: str, label: str, values: Mapping[str, float | None]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for of, value in values.items():
        if value is not None:
            family.add_metric([of], value)
    return family
