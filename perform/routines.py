"""Which routines there are, and whether a value is one of theirs."""

import re
import unicodedata

from django.conf import settings
from django.utils.translation import get_language

from perform.models import Routine
from thoughtvoice.errors import DomainError


class UnknownRoutine(DomainError):
    code = "unknown_routine"
    title = "There is no such routine"


class BadValue(DomainError):
    code = "invalid"
    title = "The value cannot be performed"


def find(key: str) -> Routine:
    """Raises: UnknownRoutine, which lists those that there are."""
    enabled = Routine.objects.filter(enabled=True)
    try:
        return enabled.get(key=key)
    except Routine.DoesNotExist:
        keys = list(enabled.values_list("key", flat=True))
        raise UnknownRoutine(f"Choose one of: {', '.join(keys)}.", routines=keys) from None


def tidy(routine: Routine, value: str) -> str:
    """The value as it will stand in the text: NFC, no control characters, single spaces.

    Raises: BadValue, in the caller's language whatever language is performed in.
    """
    readable = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in value)
    tidied = " ".join(unicodedata.normalize("NFC", readable).split())
    if not tidied or len(tidied) > settings.MAX_INPUT_CHARS:
        raise BadValue(
            f"Send 1 to {settings.MAX_INPUT_CHARS} characters.", errors={"value": ["Too short or too long."]}
        )
    pattern = routine.value_pattern
    if pattern and not re.fullmatch(pattern, tidied, re.IGNORECASE):
        hint = routine.in_language("value_hint", get_language() or "en")
        raise BadValue(hint, errors={"value": [hint]})
    return tidied
