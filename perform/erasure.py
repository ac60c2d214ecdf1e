"""Erase somebody: sounds, recordings, clone, then the person. Every step may be repeated."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef

from accounts import erasure
from accounts.models import Device, User
from perform.models import Performance
from pool import eviction
from voices import samples
from voices.models import Voice

DELETION_SECONDS = 20
LAST_REQUESTS = timedelta(minutes=1)
LAST_PERFORMANCES = timedelta(minutes=10)


def erase_voice(user: User, *, now: datetime) -> None:
    """Clone, recordings and consent. Nothing blocks it: what the provider does not confirm now,
    reconciliation repeats until it does."""
    voice = Voice.objects.filter(user=user).first()
    if voice is not None:
        eviction.discard(voice, now=now, deadline=time.monotonic() + DELETION_SECONDS)
    samples.erase(user, now=now)


def erase(user: User, *, now: datetime) -> bool:
    """Everything of somebody, and then the user; true when nothing is left.

    What ran when they asked may still write. The user is the last to go, and goes only when nothing runs
    any more; until then each repetition takes what was written since.
    """
    erase_voice(user, now=now)
    kept = Performance.objects.filter(user=user)
    running = kept.filter(state=Performance.State.RUNNING, created_at__gt=now - LAST_PERFORMANCES)
    is_last = user.erase_requested_at is not None and user.erase_requested_at < now - LAST_REQUESTS
    quiet = is_last and not running.exists()
    for performance in kept.exclude(pk__in=list(running.values_list("pk", flat=True))):
        performance.delete_sound()
        performance.delete()
    if quiet:
        erasure.forget(user)
    return quiet


def idle(*, now: datetime, limit: int) -> list[User]:
    """Owners of a voice that spoke nowhere and of an app that was opened nowhere for VOICE_RETENTION_DAYS."""
    before = now - timedelta(days=settings.VOICE_RETENTION_DAYS)
    spoke = Performance.objects.filter(user=OuterRef("user"), created_at__gte=before)
    seen = Device.objects.filter(user=OuterRef("user"), last_seen_at__gte=before)
    old = Voice.objects.filter(sample__created_at__lt=before).exclude(Exists(spoke)).exclude(Exists(seen))
    return [voice.user for voice in old.select_related("user").order_by("sample__created_at")[:limit]]
