"""Who has a thought written goes on as soon as the request for it is out, and not before."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from perform import thoughts
from perform.thoughts import Writing
from perform.writers import get_writer
from perform.writers.base import Brief

BRIEF = Brief(routine="cards", value="the seven of clubs", language="en")


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A service that takes what is sent and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thoughts, "HEAD_START_SECONDS", 30)


def test_the_whole_request_is_out_first(silent: socket.socket, settings: Any) -> None:
    settings.GEMINI_API_KEY = "a-key"
    settings.GEMINI_BASE_URL = f"http://127.0.0.1:{silent.getsockname()[1]}"
    writing = Writing(BRIEF, deadline=time.monotonic() + 2)
    connection, _ = silent.accept()
    with connection:
        connection.settimeout(0)
        assert b"the seven of clubs" in connection.recv(65_536)
    writing.result()
    get_writer().close()


def test_a_thought_that_needs_no_request_holds_nobody_up() -> None:
    began = time.monotonic()
    assert Writing(BRIEF, deadline=began + 5).result().source == "template"
    assert time.monotonic() - began < 10
