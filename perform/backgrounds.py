"""Named sounds under the speech: which there are, and what they sound like."""

import io
import wave
from datetime import datetime
from functools import lru_cache

import numpy as np
import soxr
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from numpy.typing import NDArray

from perform import beds
from perform.mixing import FULL_SCALE, seamless
from perform.models import Background
from thoughtvoice.errors import DomainError
from voices import decoding
from voices.providers.base import SAMPLE_RATE
from voices.rejection import SampleRejected

LIMITS = decoding.Limits(max_bytes=20 * 2**20, min_seconds=5, max_seconds=120)
KEPT_READY = 8

Bed = NDArray[np.int16]


class UnknownBackground(DomainError):
    code = "unknown_background"
    title = "There is no such background"


def choose(key: str) -> Background | None:
    """The sound of that name, or the default one without a name; None if there are none at all.

    Raises: UnknownBackground, which lists those that there are.
    """
    sounds = {sound.key: sound for sound in Background.objects.filter(enabled=True)}
    if key and key not in sounds:
        raise UnknownBackground(f"Choose one of: {', '.join(sounds)}.", backgrounds=list(sounds))
    return sounds[key] if key else next(iter(sounds.values()), None)


def bed(sound: Background) -> Bed:
    """Ready for the mixer. Reads no database."""
    return beds.make(sound.generated) if sound.generated else _read(sound.sound.name, sound.changed_at)


def replace_sound(sound: Background, loop: Bed) -> None:
    """Keep a prepared loop as this sound; the row is not saved yet."""
    sound.sound.delete(save=False)
    sound.sound.save("", ContentFile(wav(loop)), save=False)
    sound.generated = ""


def wav(bed: Bed) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, SAMPLE_RATE, len(bed), "NONE", ""))
        written.writeframes(bed.astype("<i2").tobytes())
    return file.getvalue()


def prepared(upload: bytes) -> Bed:
    """Any recording as a seamless loop. Raises: ValueError, with a sentence to show."""
    try:
        recording = decoding.decode(upload, limits=LIMITS)
    except SampleRejected as refused:
        raise ValueError(refused.detail) from None
    samples = soxr.resample(recording.samples, decoding.RATE, SAMPLE_RATE)
    return seamless((np.clip(samples, -1, 1) * (FULL_SCALE - 1)).astype(np.int16))


@lru_cache(KEPT_READY)
def _read(name: str, changed_at: datetime) -> Bed:
    """`changed_at` tells a replaced sound from the one before it."""
    with default_storage.open(name, "rb") as file, wave.open(file, "rb") as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.int16)
