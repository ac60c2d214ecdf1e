"""A writer behind a breaker, with a count of its calls."""

from perform.writers.base import Brief, Writer, WriterError
from perform.writers.gemini_answer import ModelUnavailable
from voices.providers import figures
from voices.providers.breaker import Breaker

SERVICE = "gemini"


class WriterDown(WriterError):
    """Not asked, because it did not answer the last calls."""

    retryable = False


def breaker_of(service: str) -> Breaker:
    return Breaker(service, frozenset({ModelUnavailable}), lambda seconds: WriterDown(retry_after=seconds))


class Guarded(Writer):
    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.source = writer.source
        self.breaker = breaker_of(SERVICE)

    def write(self, brief: Brief, *, deadline: float, stricter: bool = False) -> str:
        outcome = "ok"
        try:
            with self.breaker.watching(deadline=deadline):
                return self.writer.write(brief, deadline=deadline, stricter=stricter)
        except WriterError as error:
            outcome = type(error).__name__
            raise
        finally:
            figures.WRITINGS.labels(outcome).inc()

    def warm(self, *, deadline: float) -> None:
        self.writer.warm(deadline=deadline)

    def close(self) -> None:
        self.writer.close()
