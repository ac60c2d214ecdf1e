"""A brief becomes a thought that holds its value exactly once."""

import threading
import time
from typing import NamedTuple

from perform import fidelity, judging
from perform.concurrently import started
from perform.models import Routine
from perform.writers import get_writer
from perform.writers.base import Brief, Language, WriterError
from perform.writers.offline import OfflineWriter
from voices.providers import outgoing

UNDERSTUDY = OfflineWriter()
HEAD_START_SECONDS = 0.05
"""How long at most whoever begins a writing lets its request go out first: one interpreter runs one thread at a
time, and each of two that compete waits for the other."""

HANGING_SECONDS = 0.3
"""A writer that is later than its deadline by so much is not waited for."""


class Thought(NamedTuple):
    text: str
    source: str
    """`gemini` or `template`; `caller` where the text was sent to us."""


def brief(
    routine: Routine, value: str, *, topic: str = "", language: Language, seed: int | None = None
) -> Brief:
    return Brief(
        routine=routine.key,
        value=value,
        language=language,
        topic=topic,
        guidance=routine.in_language("guidance", language),
        seed=seed,
    )


class Writing:
    """A thought that is written in another thread from now on."""

    milliseconds: float | None = None
    """It took; None while it is not there."""

    def __init__(self, brief: Brief, *, deadline: float) -> None:
        self._brief = brief
        self._began, self._deadline = time.monotonic(), deadline
        self._sent = threading.Event()
        with outgoing.telling(self._sent):
            self._thought = started(self._compose)
        self._sent.wait(HEAD_START_SECONDS)

    def result(self) -> Thought:
        """What was written in time; a writer that hangs has its understudy too."""
        left = self._deadline + HANGING_SECONDS - time.monotonic()
        try:
            return self._thought.result(timeout=max(0.0, left))
        except TimeoutError:
            return understudy(self._brief)

    def _compose(self) -> Thought:
        try:
            thought = compose(self._brief, deadline=self._deadline)
        finally:
            self._sent.set()
        self.milliseconds = (time.monotonic() - self._began) * 1000
        return thought


def compose(brief: Brief, *, deadline: float) -> Thought:
    """What the writer sends is checked; after a second failure the offline writer stands in, and says so."""
    writer = get_writer()
    for stricter in (False, True):
        try:
            text = writer.write(brief, deadline=deadline, stricter=stricter)
        except WriterError as error:
            if not error.retryable:
                break
        else:
            if is_good(text, brief):
                return Thought(text, writer.source)
        if time.monotonic() >= deadline:
            break
    return understudy(brief)


def is_good(text: str, brief: Brief) -> bool:
    return fidelity.holds_once(brief.value, text) and not judging.problems(
        text, language=brief.language, value=brief.value, topic=brief.topic
    )


def understudy(brief: Brief) -> Thought:
    return Thought(UNDERSTUDY.write(brief, deadline=time.monotonic()), UNDERSTUDY.source)
