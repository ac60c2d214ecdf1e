"""Work beside the request's own thread."""

import contextvars
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from voices.providers.outgoing import PerProcess

NO_BOUND = 10_000
"""Threads at most. A request begins fewer than ten, some of which wait for others: none may wait for a thread."""

T = TypeVar("T")

# Kept: beginning them anew, a performance with fifty in flight was heard 1–3 ms later.
_threads = PerProcess(partial(ThreadPoolExecutor, NO_BOUND, thread_name_prefix="beside"))


def started(work: Callable[[], T]) -> "Future[T]":
    """Begin in another thread, which knows the request's id; it must end by itself, as its process waits for it
    to exit, and may not use the database unless it closes its connection."""
    return _threads.get().submit(contextvars.copy_context().run, work)


def finish() -> None:
    """Wait for all that was started; what is started later has threads of its own."""
    if threads := _threads.take():
        threads.shutdown()
