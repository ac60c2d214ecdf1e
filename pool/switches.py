"""The pool's switches as they stand now; a change reaches every process within FRESH seconds."""

import time

from django.conf import settings

from pool.models import Switches

FRESH = 2.0

_seen: tuple[float, Switches] | None = None


def current() -> Switches:
    global _seen
    if _seen is None or time.monotonic() - _seen[0] > FRESH:
        _seen = time.monotonic(), _row()
    return _seen[1]


def cloning() -> bool:
    """Whether voices are made, those apart of which staff decided otherwise: see voices.cloning."""
    return current().cloning


def keeping() -> bool:
    """Whether clones are kept; else each performance makes its own."""
    return current().enabled


def change(**changes: object) -> Switches:
    """Change some; here at once, elsewhere within FRESH seconds."""
    Switches.objects.filter(pk=_row().pk).update(**changes)
    forget()
    return current()


def forget() -> None:
    global _seen
    _seen = None


def _row() -> Switches:
    """The one row; the first process that needs it makes it of the settings."""
    return Switches.objects.get_or_create(
        singleton=True,
        defaults={
            "enabled": settings.POOL_ENABLED,
            "capacity": settings.POOL_CAPACITY,
            "strategy": settings.POOL_EVICTION_STRATEGY,
            "ttl_minutes": settings.POOL_TTL_MINUTES,
            "cloning": settings.CLONING_ENABLED,
        },
    )[0]
