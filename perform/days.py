"""What was performed, day by day: counted by a job, so that a page for staff reads a row for each day."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, QuerySet, Sum

from perform.figures import MILLISECONDS
from perform.models import Day, Performance

KEPT_COUNTING = timedelta(hours=1)
"""After its end a day still changes so long: what runs at midnight ends a little later."""

BUCKETS = len(MILLISECONDS) + 1


def count(day: date, *, now: datetime) -> Day:
    """Count a day of UTC anew."""
    began = datetime.combine(day, time.min, tzinfo=UTC)
    ended = Performance.objects.filter(
        state__in=[Performance.State.DONE, Performance.State.FAILED],
        created_at__gte=began,
        created_at__lt=began + timedelta(days=1),
    )
    counted = {**_summed(ended), "first_audio": _first_audio(ended), "counted_at": now}
    return Day.objects.update_or_create(date=day, defaults=counted)[0]


def outstanding(*, now: datetime, days: int) -> list[date]:
    """The days whose last count came before they were over; today is always one of them, and the first."""
    wanted = [now.date() - timedelta(days=ago) for ago in range(days)]
    counted = dict(Day.objects.filter(date__in=wanted).values_list("date", "counted_at"))
    return [day for day in wanted if day not in counted or counted[day] < _closed(day)]


def lately(*, now: datetime, days: int) -> list[Day]:
    """The last days, the oldest first; one that was not counted is empty."""
    wanted = [now.date() - timedelta(days=ago) for ago in reversed(range(days))]
    counted = {day.date: day for day in Day.objects.filter(date__in=wanted)}
    return [counted.get(day) or Day(date=day) for day in wanted]


def total(days: Iterable[Day]) -> Day:
    """All of them as if they were one."""
    whole = Day(first_audio=[0] * BUCKETS, failures={})
    for day in days:
        whole.done += day.done
        whole.failed += day.failed
        whole.pooled += day.pooled
        whole.characters += day.characters
        whole.failures = dict(Counter(whole.failures) + Counter(day.failures))
        for bucket, many in enumerate(day.first_audio):
            whole.first_audio[bucket] += many
    return whole


def percentile(counts: list[int], share: float) -> int | None:
    """Milliseconds within which this share of them came, read between the bounds of the buckets."""
    wanted, before = share * sum(counts), 0
    if not wanted:
        return None
    bounds = (0, *MILLISECONDS, MILLISECONDS[-1])
    for bucket, here in enumerate(counts):
        if here and before + here >= wanted:
            low, high = bounds[bucket], bounds[bucket + 1]
            return round(low + (high - low) * (wanted - before) / here)
        before += here
    return MILLISECONDS[-1]


def _summed(ended: QuerySet[Performance]) -> dict[str, object]:
    sums = {"done": 0, "failed": 0, "pooled": 0, "characters": 0}
    failures: Counter[str] = Counter()
    grouped = ended.values("kind", "state", "failure", "voice_source").order_by()
    for group in grouped.annotate(many=Count("pk"), spoken=Sum("characters")):
        sums["characters"] += group["spoken"] or 0
        if group["kind"] == Performance.Kind.PACK:
            continue
        sums[group["state"]] += group["many"]
        if group["state"] == Performance.State.FAILED:
            failures[group["failure"]] += group["many"]
        elif group["voice_source"] == "pooled":
            sums["pooled"] += group["many"]
    return {**sums, "failures": dict(failures)}


def _first_audio(ended: QuerySet[Performance]) -> list[int]:
    counts = [0] * BUCKETS
    done = ended.filter(state=Performance.State.DONE).exclude(kind=Performance.Kind.PACK)
    for timings in done.values_list("timings", flat=True).iterator(chunk_size=2000):
        if "first_audio" in timings:
            counts[bisect_left(MILLISECONDS, timings["first_audio"])] += 1
    return counts


def _closed(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC) + timedelta(days=1) + KEPT_COUNTING
