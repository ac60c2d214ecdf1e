"""Creations by day: what the scarcest thing is spent on."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate

from pool.models import Account, Build


@dataclass
class Spent:
    day: date
    first: int = 0
    again: int = 0


def lately(*, now: datetime, days: int) -> list[Spent]:
    """The last days, the oldest first."""
    spent = {day: Spent(day) for day in (now.date() - timedelta(days=ago) for ago in reversed(range(days)))}
    began = datetime.combine(min(spent), time.min, tzinfo=UTC)
    accounts = list(Account.objects.values_list("pk", flat=True))
    spent_on = Build.objects.filter(account__in=accounts, started_at__gte=began, outcome__in=Build.SPENT)
    grouped = spent_on.order_by().annotate(day=TruncDate("started_at")).values("day", "first")
    for group in grouped.annotate(many=Count("pk")):
        if one := spent.get(group["day"]):
            one.first += group["many"] if group["first"] else 0
            one.again += 0 if group["first"] else group["many"]
    return list(spent.values())
