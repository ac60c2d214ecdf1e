"""A document of `activation_codes` → a Code. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from thoughtvoice.legacy import values
from thoughtvoice.legacy.people import NotTaken

LONGEST = 64


@dataclass(frozen=True)
class Code:
    code: str
    used: bool
    used_at: datetime | None
    used_by: str
    """As it was written there: an `_id`, a name or an address."""
    note: str = ""


def read(document: Mapping[str, Any]) -> Code:
    """What says in any way that it was used, was. Raises: NotTaken."""
    code = values.text(document.get("code"))
    if not code or len(code) > LONGEST:
        raise NotTaken("no code")
    reset = bool(values.flag(document.get("used_for_password_reset")))
    used_at = _first(values.instant, document, "used_at", "password_reset_at")
    used_by = _first(values.text, document, "used_by", "password_reset_by")
    used = bool(values.flag(document.get("used")) or reset or used_at or used_by)
    return Code(code, used, used_at, used_by or "", "used to reset a password" if reset else "")


def _first(read_as: Any, document: Mapping[str, Any], *names: str) -> Any:
    return next((found for name in names if (found := read_as(document.get(name)))), None)
