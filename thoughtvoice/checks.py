"""What `manage.py check` says of how it is deployed."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Info, register
from django.utils.module_loading import import_string

from thoughtvoice import env, health, schedules
from thoughtvoice.jobs import LEASE_SECONDS

HERE = {"127.0.0.1", "::1", "localhost"}
UNSHARED = "Rate limits are counted in each process by itself: there is no REDIS_URL."


@register()
def processes_share_a_cache(**_: Any) -> list[CheckMessage]:
    if settings.REDIS_URL:
        return []
    processes = env.integer("WEB_CONCURRENCY", 1, least=1)
    if processes > 1:
        advice = "Set REDIS_URL, or WEB_CONCURRENCY to 1."
        return [Error(f"WEB_CONCURRENCY is {processes}. {UNSHARED}", hint=advice, id="thoughtvoice.E001")]
    if not settings.DEBUG:
        return [Info(UNSHARED, hint="Good for one process on one host.", id="thoughtvoice.I001")]
    return []


@register()
def nothing_is_left_from_debugging(**_: Any) -> list[CheckMessage]:
    if not settings.ALLOW_SAMPLE_FALLBACK:
        return []
    said = "ALLOW_SAMPLE_FALLBACK is on: an audience may hear a performer's recording instead of the thought."
    return [checks.Warning(said, hint="It is for debugging only: turn it off.", id="thoughtvoice.W001")]


@register()
def keys_are_sent_over_tls_alone(**_: Any) -> list[CheckMessage]:
    named = {name: urlsplit(getattr(settings, name)) for name in ("ELEVENLABS_BASE_URL", "GEMINI_BASE_URL")}
    plain = [name for name, url in named.items() if url.scheme == "http" and url.hostname not in HERE]
    advice = "Name an address that begins with https://."
    return [
        checks.Warning(
            f"{name} has the key and what is said sent in the clear.", hint=advice, id="thoughtvoice.W002"
        )
        for name in plain
    ]


@register(deploy=True)
def nobody_stands_in(**_: Any) -> list[CheckMessage]:
    missing = [part for part, name in health.understudies().items() if name == "offline"]
    advice = "Set the key, or leave it so for a rehearsal."
    return [checks.Warning(health.ADVICE[part], hint=advice, id="thoughtvoice.W003") for part in missing]


@register()
def the_queue_keeps_its_promises(**_: Any) -> list[CheckMessage]:
    """django-q2 takes all of these, at most with a warning, and then loses, repeats or never ends jobs."""
    return [
        Error(fault, hint=advice, id="thoughtvoice.E002") for fault, advice in _faults(settings.Q_CLUSTER)
    ]


def _faults(queue: dict[str, Any]) -> Iterator[tuple[str, str]]:
    timeout, retry = queue.get("timeout"), queue.get("retry", 60)
    if not timeout:
        yield "Jobs have no timeout: one that hangs holds its worker for ever.", "Set Q_CLUSTER's timeout."
    elif retry <= timeout:
        yield "A slow job is started a second time beside itself.", "Make retry longer than timeout."
    elif timeout >= LEASE_SECONDS:
        yield "A job may outlive its lease.", f"Make timeout shorter than {LEASE_SECONDS} s."
    if queue.get("catch_up", True):
        yield "After a pause every missed run is made up for at once.", "Set catch_up to False."
    if not queue.get("workers"):
        yield "The number of workers is the number of processors, whatever that is.", "Set workers."
    if not queue.get("max_attempts"):
        yield "A job that fails is repeated for ever.", "Set max_attempts."
    if not queue.get("ack_failures"):
        yield "A job that failed stays in the queue.", "Set ack_failures to True; schedules repeat it."
    if not queue.get("recycle"):
        yield "A worker's memory is never given back.", "Set recycle, to some hundreds."
    if queue.get("save_limit", 250) == 0:
        yield "Every job that ever ran is kept.", "Set save_limit above 0."
    if queue.get("sync"):
        yield "Jobs run inside the request that asks for them.", "Take sync away."
    if queue.get("orm") not in settings.DATABASES and not queue.get("redis"):
        yield "Jobs are queued elsewhere than in the database or Redis.", "Set orm to default."
    if queue.get("scheduler") is False:
        yield "No schedule is ever run.", "Take scheduler away."


@register()
def every_job_can_be_run(**_: Any) -> list[CheckMessage]:
    names = [job.name for job in schedules.JOBS]
    faults = [f"Two jobs are called {name}." for name in {name for name in names if names.count(name) > 1}]
    faults += [f"There is no {job.calls} to run." for job in schedules.JOBS if not _exists(job.calls)]
    faults += [f"{job.name} runs in no interval." for job in schedules.JOBS if job.minutes < 1]
    advice = "See thoughtvoice/schedules.py."
    return [Error(fault, hint=advice, id="thoughtvoice.E003") for fault in faults]


def _exists(path: str) -> bool:
    try:
        return callable(import_string(path))
    except ImportError:
        return False
