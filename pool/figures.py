"""What the operator sees of the pool, counted over all processes; never whose voice."""

from datetime import datetime

from prometheus_client import Counter, Histogram

HOUR = 3600_000
LIVES = (60_000, 600_000, HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR, 168 * HOUR, 720 * HOUR, 2160 * HOUR)

CLONES = Counter("clone_create", "Clones that were asked for at the voice service.")
CLONES_FAILED = Counter("clone_create_fail", "Clones that were not made, or nobody knows.")
LIFE = Histogram("clone_lifecycle_ms", "How long a clone served, from ready to taken out.", buckets=LIVES)
REUSED = Counter("pool_reuse", "Voices that were wanted and found resident.")
INSERTED = Counter("pool_insert", "Voices that were wanted and made resident.")
EVICTIONS = Counter("pool_evictions", "Voices taken out of their slots.", ["reason"])
REFUSED = Counter("pool_refused", "Voices that were wanted and got no slot.")
DRIFT = Counter("pool_drift", "Disagreements with the voice service that were found and repaired.", ["kind"])


def left(*, reason: str, since: datetime, now: datetime) -> None:
    EVICTIONS.labels(reason).inc()
    LIFE.observe((now - since).total_seconds() * 1000)
