"""Sound that one thread makes at full speed and a phone takes at its own.

A slow phone must not hold one of the provider's few concurrent places: the provider is read to its end
into memory (some 16 KB a second of speech), and the phone is served from there.
"""

import threading
import time
from collections.abc import Callable, Iterator

from perform.concurrently import started
from thoughtvoice.errors import DomainError


class Cancelled(DomainError):
    """Nobody listens any more."""

    code = "cancelled"


class Spool:
    """Bytes that grow at one end and are followed from the other. One writer, any number of readers."""

    def __init__(self) -> None:
        lock = threading.Lock()
        self._grown = threading.Condition(lock)
        self._ended = threading.Condition(lock)
        self._data = bytearray()
        self._cancelled = False
        self.running = False
        self.finished = False
        self.error: Exception | None = None

    @classmethod
    def fill(cls, produce: Callable[["Spool"], None]) -> "Spool":
        """Begin to write in another thread; its end, good or bad, is the spool's."""
        spool = cls()
        spool.running = True
        started(lambda: spool._run(produce))
        return spool

    def write(self, data: bytes) -> None:
        """Raises: Cancelled."""
        with self._grown:
            self.check()
            self._data += data
            self._grown.notify_all()

    def check(self) -> None:
        """Raises: Cancelled."""
        if self._cancelled:
            raise Cancelled

    def cancel(self) -> None:
        """Ask the writer to stop; what is finished stays finished."""
        with self._grown:
            self._cancelled = True

    def whole(self) -> bytes:
        return bytes(self._data)

    def follow(self, *, deadline: float) -> Iterator[bytes]:
        """What is there and what comes, until the end. Raises what the writer raised, or TimeoutError."""
        taken = 0
        while True:
            with self._grown:
                while taken == len(self._data) and not self.finished and self.error is None:
                    if not self._grown.wait(timeout=max(0.0, deadline - time.monotonic())):
                        raise TimeoutError
                chunk = bytes(self._data[taken:])
            if chunk:
                taken += len(chunk)
                yield chunk
            elif self.error is not None:
                raise self.error
            else:
                return

    def wait(self, *, deadline: float) -> Exception | None:
        """Until the writer has ended: what it raised, or None if it has written all."""
        with self._ended:
            left = max(0.0, deadline - time.monotonic())
            ended = self._ended.wait_for(lambda: self.finished or self.error is not None, timeout=left)
            return self.error if ended else TimeoutError()

    def _run(self, produce: Callable[["Spool"], None]) -> None:
        error = None
        try:
            produce(self)
        except Exception as caught:
            error = caught
        with self._grown:
            self.running = False
            self.finished, self.error = error is None, error
            self._grown.notify_all()
            self._ended.notify_all()
