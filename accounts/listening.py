"""Hearing what somebody said: with a reason, which is written down before a sound leaves (audit.py)."""

from datetime import datetime, timedelta

from django.db.models import Model
from django.http import HttpRequest

from accounts.models import StaffAction

HEARD_FOR = timedelta(minutes=10)
"""How long the reason holds: a player asks for a sound in pieces, and people listen twice."""


def granted(request: HttpRequest, action: str, subject: Model, *, now: datetime) -> bool:
    """Whether this member of staff has just given a reason to hear it."""
    return StaffAction.objects.filter(
        staff=request.user.pk,
        action=action,
        subject_kind=subject._meta.label_lower,
        subject_id=str(subject.pk),
        created_at__gt=now - HEARD_FOR,
    ).exists()
