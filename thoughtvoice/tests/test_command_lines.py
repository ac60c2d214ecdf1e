"""No secret is in a command line, which everybody on the machine may read."""

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from perform.tests.server import serving_process, working
from thoughtvoice.double import Double

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="command lines are read from /proc")

PATIENCE = 60.0
WEB, CLUSTER = 2, 5
"""How many processes each is at least: a master and a worker; also a sentinel, a pusher and a monitor. A cluster
that is told to stop between its first fork and the next line does not hear it (django-q2 1.11)."""
SECRETS = {
    name: f"{name.lower()} that nobody may see and that is long enough to be one"
    for name in ("SECRET_KEY", "JWT_SIGNING_KEY", "SAMPLE_KEYS", "METRICS_TOKEN")
}
KEYS = {name: f"sk-{name.lower()}" for name in ("ELEVENLABS_API_KEY", "GEMINI_API_KEY")}


def test_web_and_worker_name_none(running_double: Double, tmp_path: Path, transactional_db: None) -> None:
    run = {"folder": tmp_path, "ALLOWED_HOSTS": "127.0.0.1", **SECRETS, **KEYS}
    with (
        serving_process(double_url=running_double.url, **run) as (_, web),
        working(double_url=running_double.url, **run) as worker,
    ):
        said = [
            *command_lines_of("gunicorn", web.pid, WEB),
            *command_lines_of("qcluster", worker.pid, CLUSTER),
        ]
    assert [secret for secret in {**SECRETS, **KEYS}.values() if secret in "".join(said)] == []


def command_lines_of(command: str, pid: int, processes: int) -> list[str]:
    """When it has begun, and has started what it starts."""
    latest = time.monotonic() + PATIENCE
    while time.monotonic() < latest:
        with suppress(OSError):  # a process that ended between two looks
            said = list(command_lines(pid))
            if len(said) >= processes and command in said[0].split("\0"):
                return said
        time.sleep(0.1)
    raise AssertionError(f"{command} did not begin")


def command_lines(pid: int) -> Iterator[str]:
    """Of a process and of all it has started."""
    yield Path(f"/proc/{pid}/cmdline").read_text()
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from command_lines(int(child))
