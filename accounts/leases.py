"""One worker at a time for one job: MongoDB lets two clusters fire the same schedule."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.models import Lease


@contextmanager
def held(name: str, *, seconds: float, now: datetime) -> Iterator[bool]:
    """Whether the lease is ours for the block. A dead holder's lease runs out after `seconds`."""
    until = now + timedelta(seconds=seconds)
    mine = _take(name, until=until, now=now)
    try:
        yield mine
    finally:
        if mine:
            Lease.objects.filter(name=name, until=until).update(until=now)


def succeeded(name: str, *, now: datetime) -> None:
    Lease.objects.filter(name=name).update(succeeded_at=now)


def failed(name: str, *, now: datetime) -> None:
    Lease.objects.filter(name=name).update(failed_at=now)


def _take(name: str, *, until: datetime, now: datetime) -> bool:
    if Lease.objects.filter(name=name, until__lte=now).update(until=until):
        return True
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, until=until)
    except IntegrityError:  # somebody holds it
        return False
    return True
