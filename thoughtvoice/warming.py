"""Open connections to the providers when a web process starts, so that no performer waits for handshakes."""

import gc
import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import connections

from perform.writers import get_writer
from voices.providers import get_provider

SECONDS = 10.0

log = logging.getLogger("thoughtvoice.providers")


def warm() -> threading.Thread:
    """In a thread of its own: a provider that does not answer delays and fails no start."""
    thread = threading.Thread(target=_run_and_leave, name="warming", daemon=True)
    thread.start()
    return thread


def _run_and_leave() -> None:
    try:
        run()
    finally:
        connections.close_all()
        # What is loaded by now stays: searched for garbage, it stopped all threads for a third of a second.
        gc.collect()
        gc.freeze()


def run() -> None:
    deadline = time.monotonic() + SECONDS
    steps: dict[str, Callable[[], object]] = {
        name: partial(_ask, name, deadline) for name, key in settings.PROVIDER_ACCOUNTS.items() if key
    }
    steps["writer"] = lambda: get_writer().warm(deadline=deadline)
    for part, step in steps.items():
        _try(part, step)


def _ask(account: str, deadline: float) -> None:
    get_provider(account).account(deadline=deadline)


def _try(part: str, step: Callable[[], object]) -> None:
    began = time.monotonic()
    outcome = "ok"
    try:
        step()
    except Exception as error:  # whatever it is, the first performer will hear of it
        outcome = type(error).__name__
    log.info(
        "warmed", extra={"part": part, "outcome": outcome, "ms": round((time.monotonic() - began) * 1000)}
    )
