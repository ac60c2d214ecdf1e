"""Reading ElevenLabs' answers. The SDK does not validate: a field may be missing, or anything at all."""

from datetime import UTC, datetime
from typing import Any

from voices.providers.base import RemoteVoice


def sound(page: Any, *, after: str | None) -> bool:
    """A page that is not whole must not pass for the end: what it leaves out would count as gone."""
    voices, token = getattr(page, "voices", None), getattr(page, "next_page_token", None)
    if not isinstance(voices, list) or not all(getattr(voice, "voice_id", None) for voice in voices):
        return False
    return page.has_more is False or (page.has_more is True and bool(token) and token != after)


def remote_voice(voice: Any) -> RemoteVoice:
    return RemoteVoice(
        remote_id=voice.voice_id,
        name=voice.name or "",
        labels=voice.labels if isinstance(voice.labels, dict) else {},
        created_at=instant(figure(voice, "created_at_unix")),
    )


def figure(answer: Any, name: str) -> int | None:
    value = getattr(answer, name, None)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def instant(unix: int | None) -> datetime | None:
    try:
        return None if unix is None else datetime.fromtimestamp(unix, UTC)
    except (OverflowError, ValueError, OSError):
        return None
