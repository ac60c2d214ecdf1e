"""A field of an old document, in whatever type it was once written → a plain value, or None."""

import math
import re
from datetime import UTC, datetime
from typing import Any

from voices.uploads import from_base64

MILLISECONDS_FROM = 1e11
"""Seconds since 1970 are below this until the year 5138, milliseconds above it since 1973."""
UNKEPT = re.compile("[\x00\ud800-\udfff]")
"""What no database of ours keeps in a text."""


def text(value: Any) -> str:
    if value is None or isinstance(value, bool | dict | list):
        return ""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return UNKEPT.sub("", str(value)).strip()


def number(value: Any) -> float | None:
    """Of a number or of a text that is one, with a point or a comma."""
    if isinstance(value, bool):
        return None
    try:
        found = float(text(value).replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def flag(value: Any) -> bool | None:
    told = text(int(value)) if isinstance(value, bool) else text(value).lower()
    if told in {"1", "1.0", "true", "yes", "on"}:
        return True
    return False if told in {"0", "0.0", "false", "no", "off"} else None


def instant(value: Any) -> datetime | None:
    """Of a date, an ISO text, or a number of seconds or milliseconds since 1970; without a zone it is UTC."""
    try:
        found = value if isinstance(value, datetime) else _instant(value)
    except (ValueError, OverflowError, OSError):
        return None
    if found is None:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def blob(value: Any) -> bytes:
    """Of bytes, or of base64 in a text."""
    if isinstance(value, str):
        try:
            return from_base64(value)
        except ValueError:
            return b""
    return bytes(value) if isinstance(value, bytes | bytearray) else b""


def _instant(value: Any) -> datetime | None:
    since_1970 = number(value)
    if since_1970 is None:
        told = text(value)
        return datetime.fromisoformat(told) if told else None
    return datetime.fromtimestamp(since_1970 / 1000 if since_1970 > MILLISECONDS_FROM else since_1970, UTC)
