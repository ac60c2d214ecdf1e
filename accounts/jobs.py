"""Scheduled work of this app; each call is bounded, repeatable, and says what it did."""

from django.utils import timezone

from accounts import activation, idempotency, quota, tokens

A_RUN = 5000


def release_abandoned_charges() -> str:
    """Give back characters held by performances whose process died."""
    return f"{quota.release_abandoned(now=timezone.now())} charges released"


def free_abandoned_codes() -> str:
    """Give back activation codes claimed by registrations that died half-way."""
    return f"{activation.free_abandoned_claims(now=timezone.now(), limit=A_RUN)} codes freed"


def forget_old_attempts() -> str:
    """Forget answers kept for idempotency keys, a day after they were given."""
    return f"{idempotency.forget_old(now=timezone.now(), limit=A_RUN)} attempts forgotten"


def forget_revoked_devices() -> str:
    """Delete the rows of devices that were signed out or can refresh no more."""
    return f"{tokens.forget_revoked(now=timezone.now(), limit=A_RUN)} devices forgotten"


def begin_month() -> str:
    """Tidy what the past month left; its count needs no reset, for it is a sum over the running month."""
    return f"{quota.forget_old_restarts(now=timezone.now())} restarts of past months forgotten"
