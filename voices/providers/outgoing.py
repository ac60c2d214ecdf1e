"""HTTP to a provider that ends when it must, whatever the SDK above and the server below do.

A timeout of httpx bounds one read, so a server that drips bytes outlives any of them, and each SDK brings
its own defaults (240 s, none). Here every wait on the network is cut to what its call has left.
Looking up a host name is the exception: the system's resolver has limits of its own.
"""

import logging
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

import httpcore
import httpx

CONNECT_SECONDS = 3.0
KEEP_ALIVE_SECONDS = 60.0
MEGABYTE = 1_000_000
FOREVER = float("inf")

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`deadline` is an instant of time.monotonic(); `first_byte` and `idle` are seconds."""

    deadline: float
    first_byte: float = FOREVER
    idle: float = FOREVER
    max_bytes: int = 5 * MEGABYTE


_limits: ContextVar[Limits] = ContextVar("limits")
_waiting: ContextVar[tuple[float, float]] = ContextVar("waiting")
"""Until when (time.monotonic()), and how many seconds at a time. A context manager to set it would, for every piece,
cost a tenth of reading an answer."""
_opened: ContextVar[ExitStack | None] = ContextVar("opened", default=None)
_sent: ContextVar[threading.Event | None] = ContextVar("sent", default=None)


@contextmanager
def limited(limits: Limits) -> Iterator[None]:
    """Requests sent in this block keep to these limits, also while their bodies are read after it."""
    token = _limits.set(limits)
    try:
        yield
    finally:
        _limits.reset(token)


@contextmanager
def closing() -> Iterator[None]:
    """Answers that came in this block end with it, for an SDK that leaves what broke off to chance."""
    with ExitStack() as opened:
        token = _opened.set(opened)
        try:
            yield
        finally:
            _opened.reset(token)


@contextmanager
def telling(sent: threading.Event) -> Iterator[None]:
    """It is set once a request of this block, or of a thread begun in it, is sent and an answer waited for."""
    token = _sent.set(sent)
    try:
        yield
    finally:
        _sent.reset(token)


def _left(timeout: float | None, expired: type[Exception]) -> float | None:
    until, idle = _waiting.get((FOREVER, FOREVER))
    left = min(until - time.monotonic(), idle, FOREVER if timeout is None else timeout)
    if left <= 0:
        raise expired("The call has no time left.")
    return None if left == FOREVER else left


def client(*, connections: int = 256) -> httpx.Client:
    """A keep-alive client for one process, safe for its threads. Redirects are answers, never followed."""
    for name in ("httpx", "httpcore"):
        # At INFO httpx writes every address, and ours hold the ids of voices.
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.Client(
        transport=_Transport(connections), follow_redirects=False, headers={"Accept-Encoding": "identity"}
    )


@cache
def trust() -> ssl.SSLContext:
    """Whose certificates we believe; made once, as reading them all takes 20 ms."""
    return httpx.create_ssl_context()


class _Transport(httpx.HTTPTransport):
    def __init__(self, connections: int) -> None:
        # httpx offers no way to choose the network backend, so its pool is made here again.
        super().__init__(verify=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            network_backend=_Backend(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        limits = _limits.get()
        now = time.monotonic()
        left = limits.deadline - now
        if left <= 0:
            raise httpx.PoolTimeout("The call has no time left; nothing was sent.")
        request.extensions["timeout"] = {"connect": min(CONNECT_SECONDS, left), "pool": left}
        token = _waiting.set((min(limits.deadline, now + limits.first_byte), FOREVER))
        try:
            response = super().handle_request(request)
        finally:
            _waiting.reset(token)
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Body(response.stream, limits)
        if opened := _opened.get():
            opened.callback(response.stream.close)
        return response


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits

    def __iter__(self) -> Iterator[bytes]:
        parts, received = iter(self._stream), 0
        while (part := self._next(parts)) is not None:
            received += len(part)
            if received > self._limits.max_bytes:
                raise httpx.ReadError("The answer is larger than any that is meant.")
            yield part

    def _next(self, parts: Iterator[bytes]) -> bytes | None:
        if time.monotonic() > self._limits.deadline:
            raise httpx.ReadTimeout("The call has no time left.")
        token = _waiting.set((self._limits.deadline, self._limits.idle))
        try:
            return next(parts, None)
        finally:
            _waiting.reset(token)

    def close(self) -> None:
        self._stream.close()


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **kwargs: Any
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, left, *args, **kwargs))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if sent := _sent.get():
            sent.set()
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class PerProcess(Generic[T]):
    """One of something in each process, made at its first use there: connections do not survive a fork."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: tuple[int, T] | None = None

    def get(self) -> T:
        if self._made is None or self._made[0] != os.getpid():
            with self._lock:
                if self._made is None or self._made[0] != os.getpid():
                    self._made = os.getpid(), self._make()
        return self._made[1]

    def take(self) -> T | None:
        """What this process has, for closing it; the next `get` makes another."""
        made, self._made = self._made, None
        return made[1] if made and made[0] == os.getpid() else None
