"""Is it alive, and can it perform?"""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from redis import RedisError

from accounts.models import Lease
from perform import writers
from thoughtvoice import schedules
from voices import providers

ADVICE = {
    "voice_provider": "ELEVENLABS_API_KEY is not set: a robot speaks with the pitch of each voice.",
    "writer": "GEMINI_API_KEY is not set: thoughts are put together from phrases.",
}

SILENT_SECONDS = 180
"""Three beats that did not come."""
OVERDUE = 3
"""So many intervals without success."""

log = logging.getLogger("thoughtvoice.health")


@csrf_exempt
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok", "version": settings.VERSION, **understudies()})


@csrf_exempt
def ready(request: HttpRequest) -> JsonResponse:
    """What we can perform without is told, and takes no host out of use: all would go at once."""
    checks = {"database": _database(), "cache": _cache()}
    services = breakers() if checks["cache"] else {}
    working = worker(now=timezone.now()) if checks["database"] else None
    fine = checks["cache"] and set(services.values()) <= {"closed"} and working and working.state == "working"
    answer = {
        "status": "unready" if not checks["database"] else "ok" if fine else "degraded",
        "checks": checks,
        "services": services,
        "worker": asdict(working) if working else None,
    }
    return JsonResponse(answer, status=200 if checks["database"] else 503)


@dataclass(frozen=True)
class Worker:
    """Whether background work is done. `state`: `working`; `silent`, when nothing was taken from the queue for
    SILENT_SECONDS; `unseen`, when nothing ever was. `overdue` names the jobs that have not ended well for three
    times their interval."""

    state: str
    silent_seconds: float | None
    overdue: list[str]


def worker(*, now: datetime) -> Worker:
    ended = jobs_ended()
    overdue = [job.name for job in schedules.JOBS if _is_overdue(job, ended.get(job.name), now)]
    beat = ended.get(schedules.BEAT)
    if beat is None:
        return Worker("unseen", None, overdue)
    silent = (now - beat).total_seconds()
    return Worker("working" if silent < SILENT_SECONDS else "silent", round(silent, 1), overdue)


def jobs_ended() -> dict[str, datetime]:
    """When each job last ended well."""
    done = Lease.objects.exclude(succeeded_at=None)
    return dict(done.values_list("name", "succeeded_at"))  # type: ignore[arg-type]


def _is_overdue(job: schedules.Job, ended: datetime | None, now: datetime) -> bool:
    return ended is None or now - ended > OVERDUE * timedelta(minutes=job.minutes)


def breakers() -> dict[str, str]:
    """Whether each outside service is asked (`closed`), left alone (`open`) or tried again (`half-open`)."""
    return {breaker.name: breaker.state for breaker in (*providers.breakers(), *writers.breakers())}


def understudies() -> dict[str, Any]:
    """Who stands in where a key is missing."""
    return {
        "voice_provider": "elevenlabs" if any(settings.PROVIDER_ACCOUNTS.values()) else "offline",
        "writer": "gemini" if settings.GEMINI_API_KEY else "offline",
    }


def announce() -> None:
    """Say loudly who stands in, once a server process."""
    for part, name in understudies().items():
        if name == "offline":
            log.warning("understudy", extra={"part": part, "advice": ADVICE[part]})


def _database() -> bool:
    try:
        connection.ensure_connection()
        from_anything = connection.introspection.table_names()
    except DatabaseError:
        log.exception("database_unreachable")
        return False
    return bool(from_anything)


def _cache() -> bool:
    try:
        cache.set("health", 1, timeout=10)
        return cache.get("health") == 1
    except RedisError:
        log.exception("cache_unreachable")
        return False
