"""What the operator sees of calls to the providers, counted over all processes."""

import time

from prometheus_client import Counter

from voices.providers import shared

WINDOW_MINUTES = 5

REQUESTS = Counter("elevenlabs_requests", "Calls to the voice service.", ["operation", "outcome"])
WRITINGS = Counter("gemini_requests", "Calls to the writer.", ["outcome"])


def count(operation: str, outcome: str, *, failed: bool) -> None:
    REQUESTS.labels(operation, outcome).inc()
    minute = int(time.time() // 60)
    for kind in ("calls", "failed") if failed else ("calls",):
        shared.count(_key(kind, minute), seconds=(WINDOW_MINUTES + 1) * 60)


def fail_ratio() -> float:
    """Of the last minutes; 0 without any call."""
    now = int(time.time() // 60)
    minutes = range(now - WINDOW_MINUTES + 1, now + 1)
    calls, failed = (shared.total(_key(kind, minute) for minute in minutes) for kind in ("calls", "failed"))
    return failed / calls if calls else 0.0


def _key(kind: str, minute: int) -> str:
    return f"provider-{kind}:{minute}"
