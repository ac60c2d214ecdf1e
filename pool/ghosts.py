"""The ghosts of ghost.py, kept as a row: what each strategy and capacity would have saved on real uses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pool import ghost, switches
from pool.models import GhostRun
from pool.policy import STRATEGIES


@dataclass(frozen=True)
class Comparison:
    since: datetime
    uses: int
    shares: dict[str, list[tuple[int, float]]]
    """By strategy: each capacity, and the share of uses that would have found their voice resident."""


def seen_until(*, now: datetime) -> datetime:
    """Which uses the ghosts have not seen yet: those after this."""
    return _row(now).seen_until


def see(uses: Iterable[tuple[str, datetime]], *, until: datetime, now: datetime) -> None:
    """The uses (whose voice, when) from `seen_until` to `until`, in order."""
    row = _row(now)
    state = ghost.replay(row.state, uses)
    GhostRun.objects.filter(pk=row.pk, seen_until=row.seen_until).update(state=state, seen_until=until)


def comparison() -> Comparison | None:
    row = GhostRun.objects.first()
    if row is None or not row.state["uses"]:
        return None
    uses = row.state["uses"]
    shares: dict[str, list[tuple[int, float]]] = {}
    for one in row.state["ghosts"]:
        shares.setdefault(one["strategy"], []).append((one["capacity"], one["hits"] / uses))
    return Comparison(row.began_at, uses, shares)


def _row(now: datetime) -> GhostRun:
    """Another capacity than the ghosts play with begins them anew."""
    capacity = max(1, switches.current().capacity)
    fresh = {
        "began_at": now,
        "seen_until": now,
        "state": ghost.start(STRATEGIES, {max(1, capacity // 2), capacity, 2 * capacity}),
    }
    row, made = GhostRun.objects.get_or_create(singleton=True, defaults=fresh)
    if not made and capacity not in {one["capacity"] for one in row.state["ghosts"]}:
        GhostRun.objects.filter(pk=row.pk).update(**fresh)
        row.refresh_from_db()
    return row
