"""Activation codes: issue, redeem, give back."""

import secrets
import string
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import ActivationCode, User
from thoughtvoice.errors import DomainError

LENGTH = 11
LETTERS = "".join(sorted(set(string.ascii_uppercase) - set("IOQ")))
DIGITS = "23456789"
UNUSED_CLAIM = timedelta(minutes=10)


class CodeRefused(DomainError):
    """Wrong, used, expired and revoked codes look the same from outside."""

    code = "activation_refused"
    title = "This activation code cannot be used"
    detail = "Check the code, or ask whoever gave it to you for a new one."

    def __init__(self) -> None:
        super().__init__(type(self).detail)


def issue(
    count: int,
    *,
    now: datetime,
    batch: str = "",
    note: str = "",
    expires_at: datetime | None = None,
) -> list[str]:
    """Make `count` new codes and return them."""
    issued: list[str] = []
    while len(issued) < count:
        row = ActivationCode(code=new_code(), batch=batch, note=note, created_at=now, expires_at=expires_at)
        if _added(row):
            issued.append(row.code)
    return issued


def take_over(codes: Iterable[ActivationCode], *, now: datetime) -> int:
    """Keep codes that were made elsewhere; how many. One that exists already stays as it is."""
    taken = 0
    for row in codes:
        row.created_at = now
        taken += _added(row)
    return taken


def claim(code: str, *, user_id: uuid.UUID, now: datetime) -> None:
    """Take the code for a user about to be created. Of any number of racers one gets it.

    Raises: CodeRefused.
    """
    free = Q(used_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))
    claimed_before = Q(used_by=user_id)
    usable = ActivationCode.objects.filter(free | claimed_before, code=code.strip(), revoked_at=None)
    if not usable.update(used_at=now, used_by=user_id):
        raise CodeRefused


def give_back(code: str, *, user_id: uuid.UUID) -> None:
    """Undo a claim whose user could not be created."""
    ActivationCode.objects.filter(code=code.strip(), used_by=user_id).update(used_at=None, used_by=None)


def free_abandoned_claims(*, now: datetime, limit: int) -> int:
    """Give back codes whose claimer died before the user was created."""
    claimed = ActivationCode.objects.filter(used_at__lt=now - UNUSED_CLAIM, used_by__isnull=False)
    abandoned = claimed.exclude(Exists(User.objects.filter(pk=OuterRef("used_by_id"))))
    found = list(abandoned.values_list("code", "used_by_id")[:limit])
    for code, user_id in found:
        give_back(code, user_id=user_id)
    return len(found)


def revoke(codes: QuerySet[ActivationCode], *, now: datetime) -> int:
    """Unused codes let nobody in any more; used ones stay as they are."""
    return codes.filter(used_at=None, revoked_at=None).update(revoked_at=now)


def written(term: str) -> Q:
    """The code that somebody types: ours are in capitals, those made elsewhere as they are."""
    return Q(code__in={term, term.upper()})


def _added(row: ActivationCode) -> bool:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def new_code() -> str:
    """Letters and digits, at least one of each, none that are mistaken for one another."""
    symbols = [secrets.choice(LETTERS), secrets.choice(DIGITS)]
    symbols += [secrets.choice(LETTERS + DIGITS) for _ in range(LENGTH - len(symbols))]
    secrets.SystemRandom().shuffle(symbols)
    return "".join(symbols)
