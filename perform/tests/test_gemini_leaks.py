"""A stream that breaks off leaves no thread and no socket behind."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import closing

import pytest

from perform.writers.base import Brief, WriterError
from perform.writers.gemini import GeminiWriter
from thoughtvoice.double import Double, Script

BRIEF = Brief(routine="cards", value="the seven of clubs", language="en")
KINDS = (
    "error_mid_stream",
    "blocked_candidate",
    "drop_mid_body",
    "half_json",
    "error_200",
    "max_tokens",
    "503",
)
PATIENCE = 10.0
KEPT = 2
"""One connection may stay for the next call, and the double's end of it is in this process too."""


def writer_for(double: Double) -> GeminiWriter:
    return GeminiWriter(api_key="key", model="gemini-3.5-flash-lite", base_url=double.url)


def left_over() -> tuple[int, int]:
    return threading.active_count(), len(os.listdir("/dev/fd"))  # noqa: PTH208


def test_nothing_is_left_behind() -> None:
    with Double() as double, closing(writer_for(double)) as writer:
        writer.write(BRIEF, deadline=time.monotonic() + PATIENCE)
        threads, files = left_over()
        double.script = Script(rate=1.0, seed=7, kinds=KINDS)
        for _ in range(100):
            with pytest.raises(WriterError):
                writer.write(BRIEF, deadline=time.monotonic() + PATIENCE)
        assert settles(lambda: left_over()[0] <= threads and left_over()[1] <= files + KEPT)


def settles(condition: Callable[[], bool]) -> bool:
    """The server's threads need a moment to notice that we have left."""
    latest = time.monotonic() + 20
    while not (settled := condition()) and time.monotonic() < latest:
        time.sleep(0.01)
    return settled
