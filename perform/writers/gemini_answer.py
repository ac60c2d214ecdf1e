"""Reading Gemini's answers: a block, a cut or an empty text is a 200 like any other, and raises nothing."""

import re
from collections.abc import Iterable
from typing import Any

from perform.writers.base import WriterError

BLOCKED = frozenset({"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "IMAGE_SAFETY", "JAILBREAK"})
"""Reasons that stay when the same is asked again."""

NO_THOUGHT = 1_000
"""Characters after which nothing that could follow makes a thought of it; the rest is not waited for."""

WRAPPINGS = (
    ("**", "**"),
    ("__", "__"),
    ("*", "*"),
    ("_", "_"),
    ("`", "`"),
    ('"', '"'),
    ("'", "'"),
    ("“", "”"),
    ("‘", "’"),
    ("«", "»"),
    ("„", "“"),
)


class WriterRefused(WriterError):
    """Blocked words, a bad key or a bad request: the same again gets the same."""

    retryable = False


class ModelUnavailable(WriterError):
    """This model does not answer now; another one may."""


class ModelClosed(ModelUnavailable):
    """This model is gone, or its day's quota is used up; another one may answer, waiting will not help."""

    retryable = False


def thought(pieces: Iterable[Any]) -> str:
    """The one text that was written to its end, from its pieces as they come. Raises: WriterError."""
    text, reason = "", ""
    for piece in pieces:
        candidate = piece.candidates[0] if piece.candidates else None
        reason = _reason(candidate) or reason
        if reason in BLOCKED or (piece.prompt_feedback and piece.prompt_feedback.block_reason):
            raise WriterRefused("These words cannot be used for a thought.")
        text += _visible(candidate)
        if len(text) > NO_THOUGHT:
            raise WriterError
    if reason != "STOP" or not (text := bare(text)):
        raise WriterError
    return text


def _reason(candidate: Any) -> str:
    return str(candidate.finish_reason.value) if candidate and candidate.finish_reason else ""


def _visible(candidate: Any) -> str:
    parts = (candidate.content.parts if candidate and candidate.content else None) or []
    return "".join(part.text for part in parts if part.text and not part.thought)


def bare(text: str) -> str:
    """The text without what a model likes to wrap around it: quotes, markup, a code fence, blank lines."""
    text = re.sub(r"^```\w*\n|\n?```$", "", text.strip()).strip()
    text = re.sub(r"^(#{1,6}|>|[-*])\s+", "", text)
    for opening, closing in WRAPPINGS:
        inner = text.removeprefix(opening).removesuffix(closing)
        wrapped = len(text) - len(inner) == len(opening) + len(closing)
        if wrapped and inner and opening not in inner and closing not in inner:
            return bare(inner)
    return re.sub(r"\s*\n\s*", " ", text)


def failure(status: int, details: Any) -> WriterError:
    """Our error for a status that is not 200; `details` is the body."""
    if status == 429:
        return _exhausted(str(details))
    if status == 404:
        return ModelClosed()
    if status == 408 or status >= 500:
        return ModelUnavailable()
    return WriterRefused()


def _exhausted(told: str) -> WriterError:
    if "PerDay" in told:
        return ModelClosed()
    wait = re.search(r"'retryDelay': '(\d{1,6})(?:\.\d+)?s'", told)
    return ModelUnavailable(retry_after=float(wait[1]) if wait else None)


def code(error: Exception) -> str:
    """What the log calls it; a status comes from outside, so only what looks like one is kept."""
    told = str(getattr(error, "status", None) or type(error).__name__)
    return told if re.fullmatch(r"\w{1,40}", told) else ""
