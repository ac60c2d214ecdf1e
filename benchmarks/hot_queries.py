"""What a performance and the frequent jobs ask the database, on a database that bigdata.py has filled.

    DATABASE_URL=… python -m benchmarks.hot_queries [REPETITIONS]

Milliseconds of each, and the tables that it read in full: none that grows with users may be among them.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.results import keep


def main() -> None:
    repetitions = int(sys.argv[1]) if sys.argv[1:] else 200
    os.environ["DJANGO_SETTINGS_MODULE"] = "thoughtvoice.settings"
    os.environ["LOG_LEVEL"] = "ERROR"
    import django

    django.setup()
    from django.apps import apps
    from django.db import connection

    from thoughtvoice.tests.plans import read_in_full

    rows = {}
    for model in apps.get_models():
        if model._meta.app_label in {"accounts", "voices", "pool", "perform"}:
            count = model._base_manager.count()
            if count > 10_000:
                rows[model._meta.db_table] = count
                print(f"{count:>10,} {model._meta.db_table}")
    found = {}
    for name, ask in questions().items():
        median = statistics.median(timed(ask) for _ in range(repetitions))
        scanned = sorted(read_in_full(ask))
        found[name] = {"median_ms": median, "read_in_full": scanned}
        print(f"{name:32} {median:8.2f} ms median, in full: {', '.join(scanned) or '–'}")
    keep(__file__, {"engine": connection.vendor, "rows": rows, "questions": found})


def questions() -> dict[str, Callable[[], Any]]:
    import random

    from django.utils import timezone

    from accounts import jobs as account_jobs
    from accounts import quota, signin
    from accounts.models import User
    from perform import history
    from perform import jobs as perform_jobs
    from perform.models import Performance
    from pool.models import Build, Slot
    from voices.models import Voice

    now = timezone.now()
    users = list(User.objects.order_by("username_key")[:500])
    performances = list(Performance.objects.order_by("created_at").values_list("pk", flat=True)[:500])

    def somebody() -> User:
        return random.choice(users)

    return {
        "user by id": lambda: User.objects.get(pk=somebody().pk),
        "user by name": lambda: signin.find(somebody().username),
        "the month's count": lambda: quota.usage(somebody(), now=now),
        "reserve, settle": lambda: quota.settle(quota.reserve(somebody(), 1, now=now), 1),
        "voice of a user": lambda: Voice.objects.select_related("sample").filter(user=somebody()).first(),
        "slot of a voice": lambda: Slot.objects.filter(voice__user=somebody()).first(),
        "builds of a user": lambda: list(Build.objects.filter(user=somebody()).order_by("-started_at")[:5]),
        "history, first page": lambda: list(history.of(somebody()).order_by("-created_at", "-id")[:20]),
        "performance by id": lambda: Performance.objects.get(pk=random.choice(performances)),
        "performance of an attempt": lambda: list(Performance.objects.filter(attempt=somebody().pk)),
        "release abandoned charges": account_jobs.release_abandoned_charges,
        "end stuck performances": perform_jobs.fail_stuck,
    }


def timed(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
