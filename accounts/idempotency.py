"""Exactly once: `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).

The first request with a key claims a row and runs. The same request again gets the kept answer; another
request with that key is refused, and so is one that comes while the first still runs. A claim whose
process died can be taken over after ABANDONED, and one that ended in a fault of ours at once: the same row
goes on where it was. Refusals are not kept: after one, the key is free again.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Attempt
from thoughtvoice.errors import DomainError

KEPT = timedelta(hours=24)
ABANDONED = timedelta(seconds=60)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
KEY = re.compile(r"[\x21-\x7e]{8,255}")


class BadKey(DomainError):
    code = "invalid"
    title = "The Idempotency-Key cannot be used"

    def __init__(self) -> None:
        super().__init__("Send 8 to 255 visible ASCII characters, such as a random UUID.")


class InFlight(DomainError):
    code = "idempotency_in_flight"
    status = 409
    title = "The same request is still running"
    retryable = True

    def __init__(self) -> None:
        super().__init__("Ask again in a moment with the same key.", retry_after=1)


class Mismatch(DomainError):
    code = "idempotency_mismatch"
    status = 422
    title = "This Idempotency-Key belongs to another request"

    def __init__(self) -> None:
        super().__init__("Use a new key for a new request.")


@dataclass(frozen=True)
class Answer:
    """What was answered. `reference` names what is kept elsewhere instead of a body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    reference: str


def claim(scope: str, key: str, *, fingerprint: str, now: datetime) -> "Attempt | Answer":
    """An Attempt that is ours to run, or the answer that was given before.

    Raises: BadKey, InFlight, Mismatch.
    """
    if not KEY.fullmatch(key):
        raise BadKey
    mine = Attempt(
        scope=scope, key_hash=digest(key.encode()), fingerprint=fingerprint, created_at=now, claimed_at=now
    )
    if _insert(mine):
        return mine
    there = Attempt.objects.filter(scope=scope, key_hash=mine.key_hash).first()
    if there is None:  # abandoned this very moment
        raise InFlight
    if there.created_at < now - KEPT:
        there.delete()
        if _insert(mine):
            return mine
        raise InFlight
    return _again(there, fingerprint=fingerprint, now=now)


def keep(
    attempt: Attempt, *, status: int, headers: Mapping[str, str], body: bytes = b"", reference: str = ""
) -> None:
    """The attempt has succeeded: from now on its key gets this answer."""
    _running(attempt).update(
        status=status, headers=dict(headers), sealed_body=_cipher().encrypt(body), reference=reference
    )


def abandon(attempt: Attempt) -> None:
    """The attempt has failed without effect: its key is free again."""
    _running(attempt).delete()


def interrupt(attempt: Attempt) -> None:
    """The attempt broke off, who knows where: the next request with its key goes on with this row."""
    _running(attempt).update(claimed_at=LONG_AGO)


def forget_old(*, now: datetime, limit: int) -> int:
    old = Attempt.objects.filter(created_at__lt=now - KEPT).values_list("pk", flat=True)
    return Attempt.objects.filter(pk__in=list(old[:limit])).delete()[0]


def digest(*parts: bytes) -> str:
    """A keyed hash of parts, none of which can run into the next. Keyed, for one part may be a password."""
    running = hmac.new(_secret(), digestmod=hashlib.sha256)
    for part in parts:
        running.update(len(part).to_bytes(8, "big"))
        running.update(part)
    return running.hexdigest()


def _insert(attempt: Attempt) -> bool:
    try:
        with transaction.atomic():
            attempt.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _again(there: Attempt, *, fingerprint: str, now: datetime) -> "Attempt | Answer":
    if there.fingerprint != fingerprint:
        raise Mismatch
    if there.status is not None:
        return _kept(there)
    # Whoever takes over moves `claimed_at`, so that of several only one does.
    dead = _running(there).filter(claimed_at__lt=now - ABANDONED)
    if dead.update(claimed_at=now):
        there.claimed_at = now
        return there
    raise InFlight


def _running(attempt: Attempt) -> QuerySet[Attempt]:
    return Attempt.objects.filter(pk=attempt.pk, claimed_at=attempt.claimed_at, status=None)


def _kept(attempt: Attempt) -> Answer:
    assert attempt.status is not None
    try:
        body = _cipher().decrypt(bytes(attempt.sealed_body))
    except InvalidToken:  # SECRET_KEY was changed since
        raise Mismatch from None
    return Answer(attempt.status, attempt.headers, body, attempt.reference)


@cache
def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_secret()))


def _secret() -> bytes:
    return hashlib.sha256(f"idempotency:{settings.SECRET_KEY}".encode()).digest()
