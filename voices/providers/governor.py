"""The provider's few places for calls at the same time, shared out over all processes.

Whoever calls takes a ticket: it waits, then holds a place, and expires where its process has died. The
tickets of an account stand in Redis, or in this process where it is the only one.
"""

import json
import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache as django_cache
from redis import Redis, RedisError

from voices.providers.base import ProviderBusy

LOOK_AGAIN_SECONDS = 0.02
WAITING_SECONDS = 2.0
"""A ticket that waits and is not renewed for so long belongs to a dead process."""
GRACE_SECONDS = 5.0
"""How much longer than its deadline a call is taken to run, and clocks of hosts may differ."""
ROOM_SECONDS = 1.0
"""What a call needs once it has a place; who would get one later than that gets none."""

SCRIPT = Path(__file__).with_name("governor.lua")

log = logging.getLogger("thoughtvoice.providers")


class Ticket(NamedTuple):
    """`arrived` and `expires` are Unix times."""

    who: str
    background: bool
    arrived: float
    expires: float
    holds: bool = False


Tickets = dict[str, Ticket]


class Caller(NamedTuple):
    who: str = ""
    background: bool = False


NOBODY = Caller()

_caller: ContextVar[Caller] = ContextVar("caller")


@contextmanager
def calling(*, who: str = "", background: bool = False) -> Iterator[None]:
    """Calls begun in this block are this user's, or nobody's who waits on a stage."""
    token = _caller.set(Caller(who, background))
    try:
        yield
    finally:
        _caller.reset(token)


@contextmanager
def place(account: str, *, size: int, who: str, deadline: float) -> Iterator[None]:
    """Hold one of `size` places of the account. Raises: ProviderBusy when none comes free in time.

    `who` shares with others where `calling` has named nobody.
    """
    key, caller = uuid4().hex, _caller.get(NOBODY)
    ticket = Ticket(caller.who or who or key, caller.background, time.time(), 0)
    line = _line()
    try:
        _wait(line, account, key, ticket, size=size, deadline=deadline)
        yield
    finally:
        line.leave(account, key)


def _wait(line: "Line", account: str, key: str, ticket: Ticket, *, size: int, deadline: float) -> None:
    now = time.monotonic()
    latest = deadline - min(ROOM_SECONDS, (deadline - now) / 2)
    done_by = time.time() + (deadline - now) + GRACE_SECONDS
    while not line.enter(account, key, ticket, size=size, done_by=done_by):
        if time.monotonic() + LOOK_AGAIN_SECONDS >= latest:
            raise ProviderBusy("Too many are performing at this moment. Try again.", retry_after=2)
        time.sleep(LOOK_AGAIN_SECONDS)


def _try(key: str, ticket: Ticket, tickets: Tickets, *, size: int, done_by: float) -> bool:
    """Renew the ticket, and let it hold a place if it is its turn; say whether it does."""
    now = time.time()
    for other in [other for other, theirs in tickets.items() if theirs.expires < now]:
        del tickets[other]
    known = tickets.get(key)
    if known is None or known.expires < now + WAITING_SECONDS / 2:
        tickets[key] = ticket._replace(expires=now + WAITING_SECONDS)
    if key not in entering(tickets, size=size):
        return False
    tickets[key] = ticket._replace(expires=done_by, holds=True)
    return True


def entering(tickets: Mapping[str, Ticket], *, size: int) -> set[str]:
    """Who gets the free places: the live before background work, then who does not hold half of all places
    yet, then who came first. Background work never holds more than half."""
    share = max(1, size // 2)
    holding = Counter(ticket.who for ticket in tickets.values() if ticket.holds)
    background = sum(ticket.holds and ticket.background for ticket in tickets.values())
    waiting = {key: ticket for key, ticket in tickets.items() if not ticket.holds}
    chosen: set[str] = set()
    for _ in range(size - holding.total()):
        able = {key: t for key, t in waiting.items() if not t.background or background < share}
        if not able:
            break
        key = min(
            able, key=lambda key: (able[key].background, holding[able[key].who] >= share, able[key].arrived)
        )
        ticket = waiting.pop(key)
        holding[ticket.who] += 1
        background += ticket.background
        chosen.add(key)
    return chosen


class Line(Protocol):
    """Where the tickets of each account stand; each of these is one step for everybody."""

    def enter(self, account: str, key: str, ticket: Ticket, *, size: int, done_by: float) -> bool:
        """Renew the ticket, and let it hold a place until `done_by` if it is its turn; say whether it does."""

    def leave(self, account: str, key: str) -> None: ...

    def tickets(self, account: str) -> Tickets: ...


class OwnLine:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tickets: defaultdict[str, Tickets] = defaultdict(dict)

    def enter(self, account: str, key: str, ticket: Ticket, *, size: int, done_by: float) -> bool:
        with self._lock:
            return _try(key, ticket, self._tickets[account], size=size, done_by=done_by)

    def leave(self, account: str, key: str) -> None:
        with self._lock:
            self._tickets[account].pop(key, None)

    def tickets(self, account: str) -> Tickets:
        with self._lock:
            return dict(self._tickets[account])


class RedisLine:
    """The same in Redis, as a script there: read, decided and written back from here, a hundred who wait would
    undo one another's step for ever. Without Redis everybody enters: the provider's own refusal is then all that
    holds us back."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url)
        self._try = self._redis.register_script(SCRIPT.read_text(encoding="utf-8"))

    def enter(self, account: str, key: str, ticket: Ticket, *, size: int, done_by: float) -> bool:
        now = time.time()
        waits = ticket._replace(expires=now + WAITING_SECONDS)
        holds = ticket._replace(expires=done_by, holds=True)
        given: list[str | float] = [
            key,
            json.dumps(waits),
            json.dumps(holds),
            now,
            now + WAITING_SECONDS / 2,
            size,
        ]
        try:
            return bool(self._try(keys=[_name(account)], args=given))
        except RedisError:
            log.exception("governor_unreachable")
            return True

    def leave(self, account: str, key: str) -> None:
        try:
            self._redis.hdel(_name(account), key)
        except RedisError:  # it expires
            log.exception("governor_unreachable")

    def tickets(self, account: str) -> Tickets:
        try:
            found = self._redis.hgetall(_name(account))
        except RedisError:
            log.exception("governor_unreachable")
            return {}
        return {key.decode(): Ticket(*json.loads(fields)) for key, fields in found.items()}  # type: ignore[union-attr]

    def close(self) -> None:
        self._redis.close()


def _name(account: str) -> str:
    return django_cache.make_key(f"places:{account}")


def _line() -> Line:
    return _shared(settings.REDIS_URL) if settings.REDIS_URL else _own()


@cache
def _shared(url: str) -> Line:
    return RedisLine(url)


@cache
def _own() -> Line:
    return OwnLine()


def held(account: str) -> int:
    """Places taken now, for the operator."""
    now = time.time()
    return sum(ticket.holds and ticket.expires > now for ticket in _line().tickets(account).values())
