"""A brief becomes a thought that holds its value exactly once."""

import time
from typing import NamedTuple

from perform import fidelity, judging
from perform.models import Routine
from perform.writers import get_writer
from perform.writers.base import Brief, Language, WriterError
from perform.writers.offline import OfflineWriter

UNDERSTUDY = OfflineWriter()


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
