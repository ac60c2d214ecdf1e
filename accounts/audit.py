"""What staff did and what they listened to: written once, changed by nobody."""

from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest

from accounts.models import StaffAction, User


def record(
    request: HttpRequest,
    action: str,
    subject: Model | None = None,
    *,
    about: User | UUID | None = None,
    reason: str = "",
    **details: Any,
) -> StaffAction:
    """One action of the member of staff who sent the request.

    `action` is what was done in a dotted word, as in "voice.evict"; `subject` the row that it was done to;
    `about` the performer whom it concerns; `details` small values for a person to read, never a text that
    was spoken or anything secret.
    """
    assert request.user.is_authenticated
    return StaffAction.objects.create(
        staff=request.user,
        action=action,
        subject_kind=subject._meta.label_lower if subject else "",
        subject_id=str(subject.pk) if subject else "",
        about=about.pk if isinstance(about, User) else about,
        reason=reason,
        details=details,
        request_id=getattr(request, "request_id", ""),
    )
