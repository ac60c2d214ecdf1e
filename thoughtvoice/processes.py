"""The local web and worker processes: started together, watched together, stopped together."""

import errno
import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE_SECONDS = 8.0
LAST_LINES = 15

Handler = Callable[[int, FrameType | None], None]


class PortUnavailable(Exception):
    """The port cannot be listened on; the message is one sentence for a person."""


class AlreadyRunning(Exception):
    """Another run has it; the message is one sentence for a person."""


class Died(Exception):
    """A process ended by itself; the message says which, how, and ends with its last log lines."""


@dataclass(frozen=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path
    log_start: int  # bytes that earlier runs had left in the log

    def last_lines(self) -> list[str]:
        with self.log.open("rb") as file:
            file.seek(self.log_start)
            return file.read().decode(errors="replace").splitlines()[-LAST_LINES:]


@contextmanager
def alone(lock: Path, *, port: int) -> Iterator[None]:
    """Nobody else is in the block meanwhile; the kernel lets the lock go when we die. Raises AlreadyRunning."""
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(
                f"ThoughtVoice runs from this checkout already, {file.read().strip()}, and two would share its "
                "database: stop that one first, or run the other from a checkout of its own."
            ) from None
        file.truncate(0)
        file.write(f"as process {os.getpid()} on port {port}")
        file.flush()
        yield


def check_port(port: int, *, host: str = "127.0.0.1") -> None:
    """Raise PortUnavailable unless a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortUnavailable(_why_unavailable(port, error)) from error


def _why_unavailable(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is already in use; choose another: PORT={port + 1} make run"
    if error.errno == errno.EACCES:
        return f"Port {port} needs administrator rights; choose one above 1023: PORT=8001 make run"
    return f"Port {port} cannot be used: {error.strerror}"


@contextmanager
def running(
    commands: Mapping[str, Sequence[str]], *, logs: Path, cwd: Path, env: Mapping[str, str]
) -> Iterator[list[Child]]:
    """Run the named commands for the length of the block, each with its log appended to logs/NAME.log.

    Ctrl-C, SIGTERM and SIGHUP raise KeyboardInterrupt in the block. However it ends, every child and
    whatever a child started has ended too when the block is left. Main thread only.
    """
    children: list[Child] = []
    with _on_ending_signals(_interrupt):
        try:
            _start_all(children, commands, logs=logs, cwd=cwd, env=env)
            yield children
        finally:
            _ignore_ending_signals()
            stop(children)


def _start_all(
    children: list[Child],
    commands: Mapping[str, Sequence[str]],
    *,
    logs: Path,
    cwd: Path,
    env: Mapping[str, str],
) -> None:
    """Start every command; a signal meanwhile waits, as it could lose a child between fork and append."""
    arrived: list[int] = []
    with _on_ending_signals(lambda number, frame: arrived.append(number)):
        for name, command in commands.items():
            children.append(start(name, command, log=logs / f"{name}.log", cwd=cwd, env=env))
    if arrived:
        raise KeyboardInterrupt


def start(name: str, command: Sequence[str], *, log: Path, cwd: Path, env: Mapping[str, str]) -> Child:
    """Start a process in a group of its own, so that the terminal's Ctrl-C reaches only us."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        log_start = sink.tell()
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    return Child(name, process, log, log_start)


def watch(children: Iterable[Child]) -> None:
    """Raise Died if one of the children has ended."""
    for child in children:
        code = child.process.poll()
        if code is not None:
            raise Died(_obituary(child, code))


def wait_until(
    condition: Callable[[], bool], children: Sequence[Child], *, seconds: float, every: float = 0.1
) -> bool:
    """Say whether the condition came true in time; raises Died if a child ends meanwhile."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        watch(children)
        if condition():
            return True
        time.sleep(every)
    return False


def stop(children: Iterable[Child], *, grace: float = GRACE_SECONDS) -> None:
    """Ask every child to end, wait up to `grace` seconds in all, then kill what is left of its group."""
    children = list(children)
    for child in children:
        child.process.terminate()
    deadline = time.monotonic() + grace
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, deadline - time.monotonic()))
    for child in children:
        # macOS answers "not permitted" for a group that holds only zombies.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


def _obituary(child: Child, code: int) -> str:
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    lines = child.last_lines() or ["(it logged nothing)"]
    return "\n  ".join([f"The {child.name} process {how}. Its last log lines ({child.log}):", *lines])


@contextmanager
def _on_ending_signals(handler: Handler) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _ignore_ending_signals()  # a second, impatient Ctrl-C must not break the stopping
    raise KeyboardInterrupt


def _ignore_ending_signals() -> None:
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
