"""For debugging only (ALLOW_SAMPLE_FALLBACK): the recording itself, where no clone of it can speak."""

import logging
from collections.abc import Iterator

import numpy as np
import soxr

from accounts.models import User
from voices import cloning
from voices.decoding import RATE, Limits, decode
from voices.models import Voice
from voices.providers.base import SAMPLE_RATE, Delivery

CHARACTERS_A_SECOND = 15
"""So much of it is played as speaking the text would take."""
AS_WE_KEEP_IT = Limits(max_bytes=64 * 2**20, min_seconds=0, max_seconds=3600)

log = logging.getLogger("thoughtvoice.perform")


class Recording:
    """Plays the beginning of the performer's recording, whatever the text says."""

    credits_per_character = 0.0

    def __init__(self, flac: bytes) -> None:
        self._flac = flac

    def speak(
        self, text: str, *, remote_id: str | None, delivery: Delivery, deadline: float
    ) -> Iterator[bytes]:
        heard = decode(self._flac, limits=AS_WE_KEEP_IT, deadline=deadline).samples
        wanted = heard[: round(max(1.0, len(text) / CHARACTERS_A_SECOND) * RATE)]
        pcm = soxr.resample(wanted, RATE, SAMPLE_RATE) * np.float32(32_767)
        yield np.clip(np.rint(pcm), -32_768, 32_767).astype("<i2").tobytes()


def of(user: User) -> Recording | None:
    voice = Voice.objects.select_related("sample").filter(user=user).first()
    if voice is None or voice.sample is None:
        return None
    log.warning("sample_fallback", extra={"user_id": str(user.pk)})
    return Recording(cloning.sound(voice.sample))
