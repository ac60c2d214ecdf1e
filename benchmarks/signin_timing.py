"""Does time tell who exists? Medians and ratios of refusals, under the real password hashers."""

import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thoughtvoice.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django

django.setup()

from django.contrib.auth import authenticate  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import activation  # noqa: E402
from accounts.models import ActivationCode, User  # noqa: E402
from benchmarks.results import keep  # noqa: E402

ROUNDS = 15


def medians(cases: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Milliseconds by name; the cases take turns, so that a slow moment of the machine meets all alike."""
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, act in cases.items():
            began = time.perf_counter()
            act()
            taken[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def show(title: str, found: dict[str, float]) -> None:
    first = next(iter(found.values()))
    print(title)
    for name, median in found.items():
        print(f"  {name:24} {median:8.2f} ms   × {median / first:.3f}")


def refused(code: str) -> None:
    try:
        activation.claim(code, user_id=uuid.uuid4(), now=timezone.now())
    except activation.CodeRefused:
        return
    raise AssertionError(code)


def sign_ins() -> dict[str, Callable[[], object]]:
    User.objects.create_user("known", "known@example.org", "right password")
    User.objects.create_user("blocked", "blocked@example.org", "right password", is_active=False)
    old = make_password("right password", hasher="bcrypt")
    User.objects.filter(pk=User.objects.create_user("of old", "old@example.org", "x").pk).update(password=old)
    return {
        "wrong password": lambda: authenticate(None, username="known", password="wrong"),  # noqa: S106
        "no such user": lambda: authenticate(None, username="nobody", password="wrong"),  # noqa: S106
        "of the old system": lambda: authenticate(None, username="of old", password="wrong"),  # noqa: S106
        "blocked, right password": lambda: authenticate(None, username="blocked", password="right password"),  # noqa: S106
    }


def codes() -> dict[str, Callable[[], object]]:
    now = timezone.now()
    used, expired, revoked = activation.issue(3, now=now)
    activation.claim(used, user_id=uuid.uuid4(), now=now)
    ActivationCode.objects.filter(code=expired).update(expires_at=now - timedelta(days=1))
    ActivationCode.objects.filter(code=revoked).update(revoked_at=now)
    return {
        "wrong": lambda: refused("WRONGCODE22"),
        "used": lambda: refused(used),
        "expired": lambda: refused(expired),
        "revoked": lambda: refused(revoked),
    }


if __name__ == "__main__":
    connection.settings_dict["TEST"]["NAME"] = None  # in memory where the engine can
    databases = setup_databases(verbosity=0, interactive=False)
    found = {
        "refused sign-ins": medians(sign_ins()),
        "refused activation codes": medians(codes()),
    }
    for title, taken in found.items():
        show(title, taken)
    keep(__file__, {"median_ms": found})
    teardown_databases(databases, verbosity=0)
