"""Trying again, where a second try can do no harm: a listing, a reading, a deletion."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from voices.providers.base import ProviderError, VoiceGone

T = TypeVar("T")

ATTEMPTS = 3
PAUSE_SECONDS = 0.1


def repeatedly(call: Callable[[], T], *, deadline: float) -> T:
    """Again after a growing, jittered pause or the one asked for, unless that would outlast the deadline."""
    for attempt in range(1, ATTEMPTS):
        try:
            return call()
        except ProviderError as error:
            pause = max(error.retry_after or 0.0, random.uniform(0.5, 1.0) * PAUSE_SECONDS * 2**attempt)  # noqa: S311
            if not error.retryable or isinstance(error, VoiceGone) or time.monotonic() + pause >= deadline:
                raise
        time.sleep(pause)
    return call()
