"""Somebody asks that everything of theirs goes."""

from datetime import datetime

from django.db.models import Q

from accounts import later, tokens
from accounts.models import Attempt, Charge, User

ERASE = "perform.jobs.erase"
"""By name: only the topmost app knows everything that there is of a user."""


def request(user: User, *, now: datetime) -> None:
    """From now on nobody is signed in as this user; a job erases the rest and repeats until it is done."""
    User.objects.filter(pk=user.pk).update(is_active=False, erase_requested_at=now)
    tokens.revoke_all(user, now=now)
    later.soon(ERASE, str(user.pk))


def forget(user: User) -> None:
    """The last step: the person goes, the charges stay without a name."""
    Charge.objects.filter(user=user).update(user=None)
    # Kept answers hold name and tokens; the attempt that registered somebody has their id (see views).
    Attempt.objects.filter(Q(pk=user.pk) | Q(scope__endswith=f":{user.pk}")).delete()
    user.delete()
