"""Jobs in the worker: scheduled ones run once at a time, and all of them leave a line in the log that names
the request they were queued by."""

import logging
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.signals import post_execute_in_worker, post_spawn, pre_enqueue, pre_execute

from accounts import leases
from thoughtvoice import requests, schedules, tallies

RUN = "thoughtvoice.jobs.run"
LEASE_SECONDS = 150
"""Longer than Q_CLUSTER's timeout, after which a job is ended: then its lease has run out too."""

log = logging.getLogger("thoughtvoice.jobs")


def run(name: str) -> str:
    """What a schedule's row calls, with the job's name."""
    job = schedules.find(name)
    with leases.held(name, seconds=LEASE_SECONDS, now=timezone.now()) as mine:
        if not mine:
            return "another worker is at it"
        try:
            said = import_string(job.calls)()
        except Exception:
            leases.failed(name, now=timezone.now())
            log.exception("job_broke", extra={"job": name})
            raise
        leases.succeeded(name, now=timezone.now())
    return str(said)


def beat() -> str:
    """That it ran is all that is wanted of it: a worker takes jobs from the queue."""
    return "alive"


@receiver(pre_enqueue)
def carry(task: dict[str, Any], **_: Any) -> None:
    """The job is to be logged as part of the request that asks for it."""
    task["request_id"], task["user_id"] = requests.request_id.get(), requests.caller()


@receiver(pre_execute)
def follow(task: dict[str, Any], **_: Any) -> None:
    requests.begin(task.get("request_id") or task["id"], user_id=task.get("user_id", ""))


@receiver(post_execute_in_worker)
def tell(task: dict[str, Any], **_: Any) -> None:
    scheduled = task["func"] == RUN
    facts = {
        "job": task["args"][0] if scheduled else task["func"],
        "waited_and_ran_ms": round((task["stopped"] - task["started"]).total_seconds() * 1000, 1),
    }
    if task["success"]:
        log.info("job", extra={**facts, "outcome": "ok", "said": task["result"]})
    else:
        log.error("job", extra={**facts, "outcome": "failed", **_where(task["result"])})


@receiver(post_spawn)
def begin(**_: Any) -> None:
    tallies.fold()


def _where(told: str) -> dict[str, Any]:
    """Of a traceback: the error's name and where it arose. Not its message, which may quote anything."""
    lines = told.splitlines()
    frames = [line.strip() for line in lines if line.startswith("  File ")]
    return {"error": lines[-1].partition(":")[0] if lines else "", "at": frames[-1:]}
