"""The first screen of the back office: the service at a glance, each part for those who may see its pages.

It reads a row for each day and each slot, never the performances themselves: a million of them cost nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from perform import days
from perform.models import Day
from pool import board, builds, switches
from pool.models import Slot
from thoughtvoice import charts, health
from voices.providers import figures

WEEK, MONTH = 7, 30
CAUSES = 8


@dataclass(frozen=True)
class Cause:
    code: str
    many: int
    share: float


def shown(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the template says, beside what Django's own page knows."""
    now = timezone.now()
    parts: dict[str, Any] = {"services": health.breakers(), "worker": health.worker(now=now)}
    parts |= {"understudies": health.understudies(), "fail_ratio": figures.fail_ratio()}
    month = days.lately(now=now, days=MONTH)
    if request.user.has_perm("perform.view_performance"):
        parts |= performing(month)
    if request.user.has_perm("pool.view_slot"):
        parts |= pooling(month, now=now)
    return {**context, **parts}


def performing(month: list[Day]) -> dict[str, Any]:
    week, whole = days.total(month[-WEEK:]), days.total(month)
    labels = [formats.date_format(day.date, "MONTH_DAY_FORMAT") for day in month]
    done = ("office-done", _("done"), [day.done for day in month])
    failed = ("office-failed", _("failed"), [day.failed for day in month])
    half = ("office-half", _("half of them"), [days.percentile(day.first_audio, 0.5) for day in month])
    most = ("office-most-of", _("95 %"), [days.percentile(day.first_audio, 0.95) for day in month])
    return {
        "week": week,
        "month": whole,
        "success": _share(week.done, week.done + week.failed),
        "first_audio": {share: days.percentile(week.first_audio, share / 100) for share in (50, 95, 99)},
        "causes": causes(week),
        "counted_at": month[-1].counted_at if month[-1].done or month[-1].failed else None,
        "performances_chart": charts.bars(labels, [done, failed]),
        "first_audio_chart": charts.lines(labels, [most, half]),
    }


def pooling(month: list[Day], *, now: datetime) -> dict[str, Any]:
    spent = builds.lately(now=now, days=MONTH)
    labels = [formats.date_format(one.day, "MONTH_DAY_FORMAT") for one in spent]
    first = ("office-first", _("first clones"), [one.first for one in spent])
    again = ("office-again", _("rebuilds"), [one.again for one in spent])
    return {
        "boards": board.boards(now=now),
        "undeleted": undeleted(),
        "switches": switches.current(),
        "without_rebuild": {
            number: without_rebuild(
                sum(day.pooled for day in month[-number:]), sum(one.again for one in spent[-number:])
            )
            for number in (WEEK, MONTH)
        },
        "rebuilds": {number: sum(one.again for one in spent[-number:]) for number in (WEEK, MONTH)},
        "builds_chart": charts.bars(labels, [first, again]),
    }


def undeleted() -> dict[str, Any]:
    """How many clones wait for their deletion, and since when the oldest does."""
    waiting = Slot.objects.filter(state=Slot.State.DELETING)
    return waiting.aggregate(many=Count("pk"), since=Min("since"))


def without_rebuild(uses: int, rebuilds: int) -> float | None:
    """The share of uses that cost no rebuild, whatever asked for it: a performance, a warm-up, a new recording."""
    return _share(max(0, uses - rebuilds), uses)


def causes(day: Day) -> list[Cause]:
    """Why performances failed, the most frequent first."""
    most = sorted(day.failures.items(), key=lambda cause: (-cause[1], cause[0]))[:CAUSES]
    return [Cause(code, many, many / most[0][1]) for code, many in most]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
