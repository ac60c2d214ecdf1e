"""What ElevenLabs' answers mean to us. The same case comes under several statuses and in three envelopes.

Today: {"detail": {"type", "code", "message", "status", "request_id"}}; before 2026: {"detail": {"status",
"message"}}; validation: {"detail": [{"loc", "msg", "type"}]}; and plain text, HTML, or nothing.
"""

import re
import ssl
import time
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Literal, NamedTuple

import httpx

from voices.providers.base import (
    BadRecording,
    BadSpeech,
    CreationsSpent,
    CreditsSpent,
    OutcomeUnknown,
    ProviderBusy,
    ProviderError,
    ProviderFull,
    ProviderRefused,
    TextRefused,
    VoiceGone,
)

Operation = Literal["clone", "delete", "list", "speak", "account"]

LONGEST_RETRY_AFTER = 60.0

MEANINGS: Mapping[type[ProviderError], frozenset[str]] = {
    ProviderFull: frozenset({"voice_limit_reached"}),
    CreationsSpent: frozenset({"voice_add_edit_limit_reached"}),
    VoiceGone: frozenset({"voice_not_found", "voice_does_not_exist"}),
    CreditsSpent: frozenset({"quota_exceeded", "insufficient_credits"}),
    ProviderBusy: frozenset(
        {
            "too_many_concurrent_requests",
            "concurrent_limit_exceeded",
            "rate_limit_exceeded",
            "system_busy",
            "already_running",
            "already_processing",
            "concurrent_modification",
        }
    ),
    BadRecording: frozenset(
        {
            "invalid_content",
            "invalid_audio",
            "invalid_audio_format",
            "invalid_file_type",
            "audio_too_short",
            "audio_too_long",
            "request_too_large",
        }
    ),
    TextRefused: frozenset(
        {
            "text_too_long",
            "max_character_limit_exceeded",
            "text_too_short",
            "empty_text",
            "invalid_text",
            "content_against_policy",
        }
    ),
    OutcomeUnknown: frozenset({"voice_already_exists"}),
}

SENTENCES: Iterable[tuple[re.Pattern[str], type[ProviderError]]] = (
    (re.compile(r"add/edit", re.IGNORECASE), CreationsSpent),
    (re.compile(r"maximum amount of custom voices", re.IGNORECASE), ProviderFull),
    (re.compile(r"too many concurrent requests", re.IGNORECASE), ProviderBusy),
    (re.compile(r"file upload is corrupted", re.IGNORECASE), BadRecording),
)
"""For bodies whose code is a generic one, or that have none; asked after the codes."""


SENSIBLE: Mapping[type[ProviderError], frozenset[Operation]] = {
    ProviderFull: frozenset({"clone"}),
    CreationsSpent: frozenset({"clone"}),
    BadRecording: frozenset({"clone"}),
    TextRefused: frozenset({"speak"}),
    VoiceGone: frozenset({"speak", "delete"}),
}
"""Elsewhere they are for the operator: speech in a voice of the public library, say, is refused as full."""


class Said(NamedTuple):
    """What an error body holds, whichever envelope it came in."""

    codes: frozenset[str]
    message: str

    @property
    def code(self) -> str:
        """The codes for a log line; they come from outside, so only what looks like a code is kept."""
        return ",".join(sorted(code for code in self.codes if re.fullmatch(r"[\w.-]{1,60}", code)))


def said(body: Any) -> Said:
    detail = body.get("detail") if isinstance(body, Mapping) else body
    if isinstance(detail, list):
        detail = detail[0] if detail else None
    if not isinstance(detail, Mapping):
        return Said(frozenset(), detail if isinstance(detail, str) else "")
    codes = {detail.get(name) for name in ("code", "status")}
    message = detail.get("message") or detail.get("msg")
    return Said(
        frozenset(code for code in codes if isinstance(code, str)),
        message if isinstance(message, str) else "",
    )


def refusal(operation: Operation, *, status: int, headers: Mapping[str, str], body: Any) -> ProviderError:
    """Our error for an answer that is not what was asked for, a 200 that says no included."""
    heard = said(body)
    meaning = _by_code(heard.codes) or _by_sentence(heard.message) or _by_status(operation, status)
    if operation not in SENSIBLE.get(meaning, {operation}):
        meaning = ProviderRefused
    return meaning(retry_after=retry_after(headers))


def _by_code(codes: frozenset[str]) -> type[ProviderError] | None:
    return next((meaning for meaning, known in MEANINGS.items() if known & codes), None)


def _by_sentence(message: str) -> type[ProviderError] | None:
    return next((meaning for pattern, meaning in SENTENCES if pattern.search(message)), None)


def _by_status(operation: Operation, status: int) -> type[ProviderError]:
    """A plain 404 is a wrong address: taken for a missing voice, it would have every voice made again."""
    if status in {409, 425, 429}:
        return ProviderBusy
    if status == 402:
        return CreditsSpent
    if status == 413:
        return BadRecording if operation == "clone" else TextRefused
    if 300 <= status < 500 and status != 408:
        return ProviderRefused
    return unclear(operation) if status >= 400 or operation != "speak" else BadSpeech


def unclear(operation: Operation) -> type[ProviderError]:
    """Sent, and no answer that can be trusted: whatever changes something may have changed it."""
    return OutcomeUnknown if operation in {"clone", "delete"} else ProviderError


def failure(operation: Operation, error: Exception) -> ProviderError:
    """Our error for a call that got no answer, or one that cannot be read."""
    if not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return unclear(operation)()
    if _distrusted(error):
        return ProviderRefused()
    return ProviderError("The voice service cannot be reached. Try again.")


def _distrusted(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from the header, given as such or as a date; None without one that makes sense."""
    value = {name.lower(): content for name, content in headers.items()}.get("retry-after", "")
    if re.fullmatch(r"\s*\d{1,9}(\.\d+)?\s*", value):
        return min(float(value), LONGEST_RETRY_AFTER)
    try:
        seconds = parsedate_to_datetime(value).timestamp() - time.time()
    except ValueError:
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)
