"""How ElevenLabs says no: statuses, codes of today and of before 2026, sentences, and four envelopes."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from thoughtvoice.double.faults import Fault
from thoughtvoice.double.replies import Reply, as_json


class Words(NamedTuple):
    """A refusal: HTTP status, type, today's code, the code before 2026, and the sentence."""

    status: int
    type: str
    code: str
    old: str
    message: str


def _words(status: int, kind: str, code: str, message: str, old: str = "") -> Words:
    return Words(status, kind, code, old or code, message)


REFUSALS: Mapping[str, Words] = {
    "voice_limit_reached": _words(
        400,
        "invalid_request",
        "bad_request",
        "You have reached your maximum amount of custom voices (10 / 10). You can upgrade your subscription.",
        "voice_limit_reached",
    ),
    "voice_add_edit_limit_reached": _words(
        400,
        "invalid_request",
        "bad_request",
        "You have reached your monthly limit of voice add/edit operations.",
        "voice_add_edit_limit_reached",
    ),
    "paid_plan_required": _words(
        400,
        "payment_required",
        "paid_plan_required",
        "Your subscription has no access to use instant voice cloning.",
        "can_not_use_instant_voice_cloning",
    ),
    "invalid_content": _words(
        400,
        "validation_error",
        "invalid_audio",
        "File upload is corrupted. Please ensure it is playable audio.",
        "invalid_content",
    ),
    "audio_too_short": _words(400, "validation_error", "audio_too_short", "The audio is too short."),
    "voice_not_found": _words(404, "not_found", "voice_not_found", "A voice with this id was not found."),
    "voice_does_not_exist": _words(
        400, "invalid_request", "voice_does_not_exist", "The voice does not exist."
    ),
    "model_not_found": _words(404, "not_found", "model_not_found", "The model does not exist."),
    "quota_exceeded": _words(
        401, "authentication_error", "quota_exceeded", "This request exceeds your quota."
    ),
    "insufficient_credits": _words(402, "payment_required", "insufficient_credits", "Not enough credits."),
    "invalid_api_key": _words(401, "authentication_error", "invalid_api_key", "Invalid API key"),
    "missing_api_key": _words(401, "authentication_error", "missing_api_key", "No API key was given."),
    "insufficient_permissions": _words(
        403, "authorization_error", "insufficient_permissions", "The key lacks a permission."
    ),
    "too_many_concurrent_requests": _words(
        429,
        "rate_limit_error",
        "concurrent_limit_exceeded",
        "Too many concurrent requests. Your current subscription has a maximum of 3 concurrent requests.",
        "too_many_concurrent_requests",
    ),
    "rate_limit_exceeded": _words(429, "rate_limit_error", "rate_limit_exceeded", "Too many requests."),
    "system_busy": _words(429, "rate_limit_error", "system_busy", "The system is busy. Try again later."),
    "already_processing": _words(409, "conflict", "already_processing", "Already being processed."),
    "text_too_long": _words(
        400, "validation_error", "text_too_long", "The text is too long.", "max_character_limit_exceeded"
    ),
    "invalid_output_format": _words(
        400, "validation_error", "invalid_output_format", "The requested output format is not supported."
    ),
    "maintenance": _words(503, "service_unavailable", "maintenance", "Scheduled maintenance."),
}


def _enveloped(words: Words, envelope: str) -> Any:
    if envelope == "old":
        return {"status": words.old, "message": words.message}
    if envelope == "text":
        return words.message
    if envelope == "list":
        return [{"loc": ["body"], "msg": words.message, "type": words.code}]
    return {
        "type": words.type,
        "code": words.code,
        "message": words.message,
        "status": words.old,
        "request_id": uuid4().hex,
    }


def refusal(fault: Fault) -> Reply | None:
    """The provider's no in one of its envelopes: `today`, `old`, `text` or `list`."""
    if fault.kind not in REFUSALS:
        return None
    words = REFUSALS[fault.kind]
    headers = {"request-id": uuid4().hex}
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    return as_json({"detail": _enveloped(words, fault.envelope)}, status=words.status, headers=headers)
