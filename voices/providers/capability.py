"""What a speech model takes and costs: read from the rows that staff keep."""

import logging
from typing import NamedTuple

from django.apps import apps

from voices.providers import shared

REMEMBERED_SECONDS = 60

log = logging.getLogger("thoughtvoice.providers")


class Facts(NamedTuple):
    """The narrowest and dearest there is, for a model that nobody has entered."""

    takes_language: bool = False
    max_characters: int = 3_000
    credits_per_character: float = 1.0


def facts(model_id: str) -> Facts:
    """What the row says; asked at every call, so it is remembered for a minute."""
    known: Facts | None = shared.get(_key(model_id))
    if known is None:
        known = _read(model_id)
        shared.keep(_key(model_id), known, seconds=REMEMBERED_SECONDS)
    return known


def forget(model_id: str) -> None:
    shared.forget(_key(model_id))


def _read(model_id: str) -> Facts:
    rows = apps.get_model("voices", "SpeechModel").objects.filter(model_id=model_id)
    row = rows.values_list(*Facts._fields).first()
    if row is None:
        log.warning("unknown_speech_model", extra={"model": model_id})
        return Facts()
    return Facts(*row)


def _key(model_id: str) -> str:
    return f"speech-model:{model_id}"
