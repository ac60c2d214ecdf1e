"""What a writer is to us: a brief in, one short thought out."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

from thoughtvoice.errors import DomainError

Language = Literal["en", "es"]

SHORTEST, LONGEST = 80, 120
"""Characters of a thought."""
ROOM_AROUND_A_VALUE = 60
"""A long value makes it longer than that: these are left for the words beside it."""


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What the thought is to be. `value` must stand in it once, as written; `topic` guides the mood and
    is not named; `guidance` is the routine's, written by staff. The same `seed` gives the same text where
    the writer can promise that."""

    routine: str
    value: str
    language: Language
    topic: str = ""
    guidance: str = ""
    seed: int | None = None


class WriterError(DomainError):
    """No usable thought came out. `retryable` says whether the same brief may succeed later."""

    code = "writer_unavailable"
    status = 503
    title = "The thought could not be written"
    retryable = True


class Writer(ABC):
    """Composes thoughts. Ends by `deadline`, an instant of time.monotonic(); used by many threads."""

    source: str
    """What the caller is told about where the text came from: `gemini` or `template`."""

    @abstractmethod
    def write(self, brief: Brief, *, deadline: float, stricter: bool = False) -> str:
        """One thought of one or two sentences, SHORTEST to LONGEST characters where the value leaves room.

        `stricter` says that the last try failed the checks. Raises: WriterError.
        """

    def warm(self, *, deadline: float) -> None:  # noqa: B027 - most have nothing to open
        """Open what the first thought needs, before it is asked for. Raises: WriterError."""

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Close this process's connections; the next call opens new ones."""
