"""Creations at the provider: a monthly allowance that a deletion does not give back (I5).

As with the month's characters (docs/adr/0005) the row is written first and counted afterwards, so that two
at once can both be refused but never both take the last one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from pool.models import Account, Build
from thoughtvoice.errors import DomainError
from voices.models import Voice

OVERLAP = timedelta(minutes=2)
"""Builds this long before a poll count on top of it: whether the provider had them in is not known."""
MONTH = timedelta(days=30)


class CreationsSpent(DomainError):
    code = "voice_creations_spent"
    status = 503
    title = "No more voices can be made this month"


class TooManyBuilds(DomainError):
    code = "too_many_builds"
    status = 429
    title = "Your voice was made anew too often today"


@dataclass(frozen=True)
class Budget:
    """Creations of the running period; `limit` None: the provider sets none."""

    used: int
    limit: int | None

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)


def budget(account: Account) -> Budget:
    builds = Build.objects.filter(account=account, outcome__in=Build.SPENT)
    if account.polled_at:
        builds = builds.filter(started_at__gt=account.polled_at - OVERLAP)
    return Budget(account.creations_used + builds.count(), account.creations_limit)


def spend(account: Account, voice: Voice, *, now: datetime, daily_limit: bool = True) -> Build:
    """Take one creation for this voice. First clones may use the reserve; rebuilds may not.

    Raises: CreationsSpent, TooManyBuilds.
    """
    first = not Build.objects.filter(voice=voice, outcome=Build.Outcome.MADE).exists()
    build = Build.objects.create(
        account=account, voice=voice, user_id=voice.user_id, first=first, started_at=now
    )
    try:
        if daily_limit:
            _refuse_thrash(voice, now=now)
        _refuse_overspending(account, first=first)
    except DomainError as error:
        finish(build, Build.Outcome.NOT_MADE, now=now, failure=error.code)
        raise
    return build


def is_scarce(account: Account, *, now: datetime) -> bool:
    """Whether less than half is left of what an even month would have left: thrash must end before that does."""
    left = budget(account).left
    if left is None or account.resets_at is None or account.creations_limit is None:
        return False
    share = min(max((account.resets_at - now) / MONTH, 0), 1)
    return left < account.creations_limit * share / 2


def least_residency(account: Account) -> timedelta:
    """How long a new clone stays whatever comes, where creations are counted."""
    if account.creations_limit is None:
        return timedelta(0)
    return timedelta(seconds=settings.POOL_LEAST_RESIDENCY_SECONDS)


def finish(build: Build, outcome: Build.Outcome, *, now: datetime, failure: str = "") -> None:
    Build.objects.filter(pk=build.pk).update(outcome=outcome, finished_at=now, failure=failure)


def _refuse_thrash(voice: Voice, *, now: datetime) -> None:
    # Those still running are this one and its racers for the same voice, of whom only one gets a slot.
    made = [Build.Outcome.MADE, Build.Outcome.UNKNOWN]
    today = Build.objects.filter(
        user_id=voice.user_id, started_at__gt=now - timedelta(days=1), outcome__in=made
    )
    if today.count() >= settings.POOL_BUILDS_A_DAY:
        raise TooManyBuilds("Try again tomorrow.", retry_after=3600)


def _refuse_overspending(account: Account, *, first: bool) -> None:
    now_spent = budget(account)
    if now_spent.limit is None:
        return
    reserve = 0 if first else settings.POOL_CREATION_RESERVE
    if now_spent.used > now_spent.limit - reserve:
        if account.resets_at is None:
            raise CreationsSpent("Voices that are ready go on.")
        raise CreationsSpent(f"Voices that are ready go on; new ones again on {account.resets_at:%Y-%m-%d}.")
