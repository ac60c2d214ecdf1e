"""Leave a service alone that does not answer, and ask again now and then.

Known to all processes through Django's cache: how many calls failed in a row, until when nobody calls, and
who is trying whether it answers again.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

from voices.providers import shared

FAILURES = 5
FAILURES_SECONDS = 60
OPEN_SECONDS = 10
PROBE_SECONDS = 20
"""When another may try if nobody has heard of the first."""
REMEMBERED_SECONDS = 3600
FAIR_SECONDS = 2.0
"""A call that got less time than this has not shown that the service is down."""

log = logging.getLogger("thoughtvoice.providers")

State = Literal["closed", "open", "half-open"]


class Breaker(NamedTuple):
    """`outages` are the errors, and not their subclasses, that mean "does not answer"; `refusal` makes the
    one to raise while it is left alone, given the seconds to wait."""

    name: str
    outages: frozenset[type[Exception]]
    refusal: Callable[[float], Exception]

    @property
    def state(self) -> State:
        until = shared.get(self._key("until"))
        if until is None:
            return "closed"
        return "open" if time.time() < until else "half-open"

    @contextmanager
    def watching(self, *, deadline: float) -> Iterator[None]:
        """Let the block call the service, or raise the refusal; learn from how it ends.

        A refusal of the service's, and a speech that nobody listens to any more, say nothing either way.
        """
        fair = deadline - time.monotonic() >= FAIR_SECONDS
        probing = self._admit()
        try:
            yield
        except Exception as error:
            if type(error) in self.outages and (fair or probing):
                self._count(probing=probing)
            raise
        else:
            if probing or shared.get(self._key("failures")) is not None:
                shared.forget(self._key("failures"), self._key("until"))
        finally:
            if probing:
                shared.forget(self._key("probe"))

    def _admit(self) -> bool:
        """Whether this call is the one that tries. Raises: the refusal."""
        until = shared.get(self._key("until"))
        if until is None:
            return False
        left = until - time.time()
        if left > 0 or not shared.claim(self._key("probe"), seconds=PROBE_SECONDS):
            raise self.refusal(max(left, 1.0))
        return True

    def _count(self, *, probing: bool) -> None:
        failures = shared.count(self._key("failures"), seconds=FAILURES_SECONDS)
        if probing or failures >= FAILURES:
            until = time.time() + OPEN_SECONDS
            shared.keep(self._key("until"), until, seconds=REMEMBERED_SECONDS)
            log.error("breaker_opened", extra={"service": self.name})

    def _key(self, what: str) -> str:
        return f"breaker:{self.name}:{what}"
