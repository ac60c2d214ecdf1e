"""Voices ready to be cloned, and the deadline that everything here keeps."""

import time
import uuid
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from conftest import PASSWORD
from pool.models import Slot
from voices.models import Consent, Sample, Voice
from voices.tests.sounds import file_of

RECORDING = file_of("flac", name="en_m_librivox", seconds=2.0)


def soon() -> float:
    return time.monotonic() + 20


def make_voice(username: str = "") -> Voice:
    name = username or f"user{uuid.uuid4().hex[:8]}"
    user = User.objects.create_user(name, f"{name}@example.org", PASSWORD)
    voice = Voice.objects.create(user=user, revision=1)
    give_sample(voice)
    return voice


def grow_cold(slot: Slot, **changes: Any) -> None:
    """An hour passes."""
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Slot.objects.filter(pk=slot.pk).update(last_used_at=an_hour_ago, pinned_until=an_hour_ago, **changes)


def give_sample(voice: Voice, recording: bytes = RECORDING) -> None:
    Consent.objects.create(user=voice.user, version="test")
    sample = Sample(user=voice.user, seconds=2.0, bytes_len=len(recording), sample_hash="0" * 64)
    sample.audio.save("", ContentFile(recording), save=False)
    sample.save()
    voice.sample = sample
    voice.save(update_fields=["sample"])
