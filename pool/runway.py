"""How long what a plan allows will last at the rate at which it has been spent. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

PERIOD = timedelta(days=30)
SURE_AFTER = timedelta(days=1)
"""What an earlier rate says of a month is chance."""


@dataclass(frozen=True)
class Runway:
    used: int
    limit: int | None
    """None: the plan sets none."""
    resets_on: date | None = None
    ends_on: date | None = None
    """When it is used up before it is renewed; None: not before that, or nobody can say."""

    @property
    def share(self) -> float:
        """0–1, of what is used."""
        return min(1.0, self.used / self.limit) if self.limit else 0.0

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)


def runway(used: int, limit: int | None, *, resets_at: datetime | None, now: datetime) -> Runway:
    resets_on = resets_at.date() if resets_at else None
    if limit is None or resets_at is None or resets_at <= now:
        return Runway(used, limit, resets_on)
    if used >= limit:
        return Runway(used, limit, resets_on, now.date())
    elapsed = now - (resets_at - PERIOD)
    if not used or elapsed < SURE_AFTER:
        return Runway(used, limit, resets_on)
    end = now + (limit - used) * (elapsed / used)
    return Runway(used, limit, resets_on, end.date() if end < resets_at else None)
