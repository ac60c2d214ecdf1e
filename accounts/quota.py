"""The month's characters: reserve, settle, release.

The count is the sum of Charge rows, which are numbered for each user. Reserving adds the number after the
last one that it saw; of two at once the database takes one, and the other looks again. No lock and no
transaction is needed, on any database (docs/adr/0005).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, FloatField, Q, QuerySet, Sum

from accounts.models import Charge, TopUp, User
from thoughtvoice.errors import DomainError

ABANDONED = timedelta(minutes=10)


class QuotaExceeded(DomainError):
    code = "quota_exceeded"
    status = 402
    title = "This month's characters are used up"


@dataclass(frozen=True)
class Usage:
    """Characters of the running month: settled, held by running performances, and the limits.

    What staff allow somebody beyond the general limit raises the hard limit by as much. `effective` is
    what the provider took for `used`, in its credits: for the accounts, never enforced.
    """

    used: int
    held: int
    limit: int
    hard_limit: int
    resets_at: datetime
    effective: float = 0.0

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used - self.held)


def usage(user: User, *, now: datetime) -> Usage:
    month = _month_start(now)
    since = max(month, user.allowance_from) if user.allowance_from else month
    credits_taken = Sum(F("characters") * F("factor"), output_field=FloatField())
    counted = Charge.objects.filter(user=user, created_at__gte=since).order_by().values_list("state")
    sums = {state: both for state, *both in counted.annotate(Sum("characters"), credits=credits_taken)}
    used, effective = sums.get(Charge.State.SETTLED, (0, 0.0))
    held, _ = sums.get(Charge.State.HELD, (0, 0.0))
    granted = TopUp.objects.filter(user=user, created_at__gte=month).aggregate(sum=Sum("characters"))
    limit = settings.CHAR_LIMIT if user.char_limit is None else user.char_limit
    more = (granted["sum"] or 0) + max(0, limit - settings.CHAR_LIMIT)
    return Usage(
        used=used,
        held=held,
        limit=limit + (granted["sum"] or 0),
        hard_limit=settings.CHAR_HARD_LIMIT + more,
        resets_at=_next_month(now),
        effective=round(effective, 2),
    )


def used_by(users: Sequence[User], *, now: datetime) -> dict[UUID, int]:
    """The `used` of each one's Usage, for many in one query; who used nothing may be missing."""
    # Without a join, which MongoDB would make for every charge.
    counted = Q(user__in=[user.pk for user in users if user.allowance_from is None])
    for user in users:
        if user.allowance_from is not None:
            counted |= Q(user=user.pk, created_at__gte=user.allowance_from)
    month = Charge.objects.filter(counted, state=Charge.State.SETTLED, created_at__gte=_month_start(now))
    return dict(month.order_by().values_list("user").annotate(used=Sum("characters")))


def reserve(user: User, characters: int, *, now: datetime) -> Charge:
    """Hold characters for a performance. Raises: QuotaExceeded, with `resets_at`."""
    # Who loses a round lost it to a charge of the same user's, so the allowance bounds the rounds.
    while True:
        last = Charge.objects.filter(user=user).order_by("-number").values_list("number", flat=True).first()
        seen = usage(user, now=now)
        taken = seen.used + seen.held
        if taken >= seen.limit or taken + characters > seen.hard_limit:
            raise QuotaExceeded(
                "Ask for more, or wait until the month ends.",
                resets_at=seen.resets_at.isoformat().replace("+00:00", "Z"),
            )
        try:
            with transaction.atomic():
                return Charge.objects.create(
                    user=user, number=(last or 0) + 1, characters=characters, created_at=now
                )
        except IntegrityError:
            continue


def settle(charge: Charge, characters: int, *, factor: float = 1.0) -> bool:
    """Charge what was really spoken, at most what was held. False if it was released meanwhile.

    `factor` is what the provider's model takes for a character: kept for the accounts, not counted here.
    """
    held = Charge.objects.filter(pk=charge.pk, state=Charge.State.HELD)
    charged = min(characters, charge.characters)
    return bool(held.update(state=Charge.State.SETTLED, characters=charged, factor=factor))


def release(charge: Charge) -> bool:
    held = Charge.objects.filter(pk=charge.pk, state=Charge.State.HELD)
    return bool(held.update(state=Charge.State.RELEASED))


def release_abandoned(*, now: datetime) -> int:
    """Give back what performances held whose process died."""
    held = Charge.objects.filter(state=Charge.State.HELD, created_at__lt=now - ABANDONED)
    return held.update(state=Charge.State.RELEASED)


def begin_anew(users: QuerySet[User], *, now: datetime) -> int:
    """What these users were charged before this instant no longer counts."""
    return users.update(allowance_from=now)


def forget_old_restarts(*, now: datetime) -> int:
    """Clear `allowance_from` where the month has begun anew since by itself."""
    return User.objects.filter(allowance_from__lt=_month_start(now)).update(allowance_from=None)


def grant(user: User, characters: int, *, reason: str, author: User, now: datetime) -> TopUp:
    """More characters for the running month."""
    return TopUp.objects.create(
        user=user, characters=characters, reason=reason, author=author, created_at=now
    )


def _month_start(now: datetime) -> datetime:
    return datetime(now.year, now.month, 1, tzinfo=UTC)


def _next_month(now: datetime) -> datetime:
    return datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)
