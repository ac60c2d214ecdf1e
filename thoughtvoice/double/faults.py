"""Everything that goes wrong between us and a provider, on request, for the next calls of an operation."""

import random
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from thoughtvoice.double import speech
from thoughtvoice.double.replies import Reply, as_json

HTML = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"
TEN_MEGABYTES = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong. `after` lets the work happen first, so that only its answer suffers."""

    kind: str
    after: bool = False
    retry_after: float | None = None
    envelope: str = "today"


Pause = Callable[[float], object]


class Script:
    """Faults waiting for their calls, first come first served; `rate` adds others by chance, from `seed`."""

    def __init__(self, *, rate: float = 0.0, seed: int = 0, kinds: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, list[Fault]] = {}
        self._rate = rate
        self._chance = random.Random(seed)  # noqa: S311 - repeatable chance, no secret
        self._kinds = tuple(kinds) or BY_CHANCE

    def add(self, operation: str, kind: str, *, count: int = 1, **details: Any) -> None:
        """Let the next `count` calls of `operation` (`*`: of any) meet this."""
        with self._lock:
            self._waiting.setdefault(operation, []).extend([Fault(kind=kind, **details)] * count)

    def take(self, operation: str) -> Fault | None:
        with self._lock:
            for queue in (self._waiting.get(operation), self._waiting.get("*")):
                if queue:
                    return queue.pop(0)
            if self._chance.random() < self._rate:
                return Fault(kind=self._chance.choice(self._kinds), after=self._chance.random() < 0.5)
        return None


BY_CHANCE = ("hang", "drop", "html_502", "error_200", "half_json", "429", "500", "503", "drop_mid_body")


def instead(fault: Fault, *, pause: Pause) -> Reply | None:
    """The answer in place of the real one; None if this is no fault of the transport."""
    if fault.kind in STATUSES:
        return _status(STATUSES[fault.kind], fault)
    make = REPLACED.get(fault.kind)
    return make(pause) if make else None


def alter(fault: Fault, reply: Reply, *, pause: Pause) -> Reply:
    """The real answer, damaged on its way."""
    return ALTERED[fault.kind](reply, pause)


def _status(status: int, fault: Fault) -> Reply:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return as_json({"detail": "Internal Server Error"}, status=status, headers=headers)


def _dripped(data: bytes, pause: Pause) -> Iterator[bytes]:
    for place in range(len(data)):
        yield data[place : place + 1]
        pause(0.05)


def _without_end(pause: Pause) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    while not pause(0.05):
        yield b"X-Wait: 1\r\n"


def _page(status: int) -> Reply:
    return Reply(status=status, headers={"Content-Type": "text/html"}, body=HTML)


def _as_type(kind: str, body: bytes) -> Reply:
    return Reply(headers={"Content-Type": kind}, body=body)


STATUSES: Mapping[str, int] = {"429": 429, "500": 500, "503": 503}

REPLACED: Mapping[str, Callable[[Pause], Reply]] = {
    "hang": lambda pause: Reply(raw=(), ending="hang"),
    "drop": lambda pause: Reply(raw=(), ending="drop"),
    "drip_headers": lambda pause: Reply(raw=_without_end(pause), ending="drop"),
    "html_502": lambda pause: _page(502),
    "html_200": lambda pause: _page(200),
    "half_json": lambda pause: _as_type("application/json", b'{"voice_id": "abc'),
    "json_garbage": lambda pause: _as_type("application/json", b"\xff\xfe\x00" + b"[" * 100_000),
    "json_list": lambda pause: as_json([]),
    "json_empty": lambda pause: as_json({}),
    "empty_body": lambda pause: Reply(),
    "error_200": lambda pause: as_json({"detail": {"status": "internal_error", "message": "Sorry"}}),
    "ten_megabytes": lambda pause: _as_type("application/json", b" " * TEN_MEGABYTES),
    "redirect": lambda pause: Reply(status=307, headers={"Location": "http://127.0.0.1:9/elsewhere"}),
}


def _first_half(reply: Reply) -> bytes:
    whole = b"".join(reply.parts())
    return whole[: len(whole) // 2]


def _cut(reply: Reply, pause: Pause) -> Reply:
    return replace(reply, body=_first_half(reply), framing="chunked", ending="drop")


def _stalled(reply: Reply, pause: Pause) -> Reply:
    return replace(reply, body=_first_half(reply), framing="chunked", ending="hang")


def _cut_unnoticed(reply: Reply, pause: Pause) -> Reply:
    whole = b"".join(reply.parts())
    return replace(reply, body=whole[: len(whole) // 4], framing="close")


def _dripping(reply: Reply, pause: Pause) -> Reply:
    return replace(reply, body=_dripped(b"".join(reply.parts()), pause), framing="chunked")


def _sounding(make: Callable[[bytes], bytes]) -> Callable[[Reply, Pause], Reply]:
    return lambda reply, pause: replace(reply, body=make(b"".join(reply.parts())))


ALTERED: Mapping[str, Callable[[Reply, Pause], Reply]] = {
    "drop_mid_body": _cut,
    "stall_mid_body": _stalled,
    "cut_unnoticed": _cut_unnoticed,
    "drip": _dripping,
    "empty_audio": _sounding(lambda pcm: b""),
    "silent_audio": _sounding(lambda pcm: bytes(len(pcm))),
    "short_audio": _sounding(lambda pcm: pcm[: len(pcm) // 20 * 2]),
    "garbage_audio": _sounding(lambda pcm: speech.noise(len(pcm))),
    "html_as_audio": _sounding(lambda pcm: HTML),
    "mp3_as_audio": _sounding(lambda pcm: speech.mp3(pcm, kilobits=64)),
    "ten_megabytes_of_silence": _sounding(lambda pcm: bytes(TEN_MEGABYTES)),
}
