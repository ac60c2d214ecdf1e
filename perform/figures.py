"""What the operator sees of performances, counted over all processes; never who or what."""

from prometheus_client import Counter, Histogram

MILLISECONDS = (50, 100, 200, 400, 600, 800, 1000, 1500, 2000, 3000, 5000, 8000, 12000, 20000)

REQUESTS = Counter("perform_requests", "Performances that have ended.")
SUCCESSES = Counter("perform_success", "Performances that were spoken to the end.")
FAILURES = Counter("perform_fail", "Performances that were not.", ["code"])
CHARACTERS = Counter("chars_generated", "Characters of thoughts that were spoken.")
LATENCY = Histogram("perform_latency_ms", "From the press to the last sound.", buckets=MILLISECONDS)
FIRST_AUDIO = Histogram("perform_first_audio_ms", "From the press to the first sound.", buckets=MILLISECONDS)


def ended(*, failure: str, characters: int, timings: dict[str, float]) -> None:
    """Count one; `failure` is the problem's code, or empty."""
    REQUESTS.inc()
    if failure:
        FAILURES.labels(failure).inc()
        return
    SUCCESSES.inc()
    CHARACTERS.inc(characters)
    LATENCY.observe(timings["total"])
    FIRST_AUDIO.observe(timings["first_audio"])
