"""The product as gunicorn serves it, against the tests' database and the double."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection
from django_q.conf import Conf

READY_SECONDS = 60
STOP_SECONDS = 60


def database_url() -> str:
    """Of the database that this test runs on."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(*, double_url: str, folder: Path, threads: int = 16, **env: str) -> Iterator[int]:
    """The port of a gunicorn like production's."""
    with serving_process(double_url=double_url, folder=folder, threads=threads, **env) as (port, _):
        yield port


@contextmanager
def serving_process(
    *, double_url: str, folder: Path, threads: int = 16, grace: int = 2, **env: str
) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """The same, and the process; what runs has `grace` seconds when it is stopped."""
    port = free_port()
    options = f"--bind 127.0.0.1:{port} --threads {threads} --graceful-timeout {grace}"
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.py", *options.split()]
    with _running(command, folder / "gunicorn.log", double_url=double_url, **env) as process:
        _wait_for(port, process)
        yield port, process


@contextmanager
def working(*, double_url: str, folder: Path, **env: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker like production's."""
    command = [sys.executable, "manage.py", "qcluster"]
    with _running(command, folder / "worker.log", double_url=double_url, **env) as process:
        yield process


@contextmanager
def _running(
    command: list[str], log: Path, *, double_url: str, **env: str
) -> Iterator["subprocess.Popen[bytes]"]:
    facts = {
        "DATABASE_URL": database_url(),
        "ELEVENLABS_API_KEY": "a-key",
        "ELEVENLABS_BASE_URL": double_url,
        "ELEVENLABS_DEFAULT_VOICE_ID": "EXAVITQu4vr4xnSDxMaL",
        "MEDIA_ROOT": str(log.parent),
        "LOG_LEVEL": "WARNING",
        "QUEUE_NAME": Conf.CLUSTER_NAME,
    }
    with log.open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=settings.BASE_DIR,
            env={**os.environ, **facts, **env},
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        finally:
            process.kill()  # what does not stop must not hold the tests' database too


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as client:
                client.request("GET", "/health")
                client.getresponse().read()
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("gunicorn did not answer")
