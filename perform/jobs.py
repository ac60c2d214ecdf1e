"""Scheduled and queued work of this app; each call is bounded, repeatable, and says what it did."""

import logging
import time
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts import later
from accounts.models import User
from perform import days, erasure, history, packs, performances
from pool import admission, ghosts, switches
from thoughtvoice.errors import DomainError
from voices.models import Consent, Voice

ERASED_A_RUN = 20
ERASURE_SECONDS = 60
FORGOTTEN_A_RUN = 500
FORGOTTEN_AGAIN = timedelta(days=2)
PACKS_A_RUN = 50
STUCK_A_RUN = 100
RESUMED_A_RUN = 20
COUNTED_BACK = 30
DAYS_A_RUN = 3
USES_A_RUN = 2000
UNSETTLED = timedelta(minutes=2)
"""What began later may still run, and would be seen out of turn."""

log = logging.getLogger("thoughtvoice.perform")


def warm(voice_id: str) -> str:
    """Make a voice resident before a show and pin it; of its newest recording, if that can be had."""
    voice = Voice.objects.select_related("sample").filter(pk=voice_id).first()
    if voice is None:
        return "voice is gone"
    if not switches.current().enabled:
        return "the pool is off"
    deadline = time.monotonic() + settings.POOL_BUILD_SECONDS
    with suppress(DomainError):  # the clone of an earlier recording speaks on
        admission.renew(voice, deadline=deadline)
    try:
        slot = admission.admit(voice, deadline=deadline, pin_seconds=settings.POOL_PIN_SECONDS)
    except admission.SlotsBusy:  # the green room says so, and whoever waits there asks again
        return "all places are in use"
    return f"in slot {slot.number}"


def make_pack(pack_id: str) -> str:
    """Some items of a show pack; the rest is queued again, so that nobody waits behind a whole pack."""
    if packs.make_some(pack_id, now=timezone.now()):
        later.soon(packs.MAKE, pack_id)
        return "some made"
    return "nothing more to make now"


def resume_packs() -> str:
    """Go on with packs that were paused or whose worker died."""
    waiting = packs.waiting(now=timezone.now(), limit=RESUMED_A_RUN)
    for pack in waiting:
        later.soon(packs.MAKE, str(pack.pk))
    return f"{len(waiting)} packs resumed"


def forget_old() -> str:
    """Sounds and texts older than RETENTION_DAYS."""
    now = timezone.now()
    forgotten = history.forget_old(now=now, limit=FORGOTTEN_A_RUN)
    return f"{forgotten} performances and {packs.forget_old(now=now, limit=PACKS_A_RUN)} packs forgotten"


def forget_spoken(user_id: str) -> str:
    """After somebody took back their consent: what was spoken in their voice goes too."""
    user = User.objects.filter(pk=user_id).first()
    return f"{_forgotten(user)} sounds forgotten" if user else "nobody to forget"


def forget_withdrawn() -> str:
    """Once more for everybody who took back their consent of late: a queue may lose what it was told."""
    lately = Consent.objects.filter(withdrawn_at__gt=timezone.now() - FORGOTTEN_AGAIN)
    users = User.objects.filter(pk__in=set(lately.values_list("user_id", flat=True)))
    return f"{sum(map(_forgotten, users))} sounds forgotten"


def _forgotten(user: User) -> int:
    """What was spoken before the consent that was taken back last, and nothing of a later one."""
    withdrawn = Consent.objects.filter(user=user, withdrawn_at__isnull=False).order_by("-withdrawn_at")
    until = withdrawn.values_list("withdrawn_at", flat=True).first()
    return history.forget_spoken(user, until=until) if until else 0


def count_days() -> str:
    """What was performed, for the back office: today as it stands, and days that were not over when counted."""
    now = timezone.now()
    counted = [days.count(day, now=now) for day in days.outstanding(now=now, days=COUNTED_BACK)[:DAYS_A_RUN]]
    return f"{len(counted)} days counted"


def show_ghosts() -> str:
    """Show the ghost pools the uses since the last run."""
    now = timezone.now()
    uses = history.pooled_uses(after=ghosts.seen_until(now=now), before=now - UNSETTLED, limit=USES_A_RUN)
    if uses:
        ghosts.see(uses, until=uses[-1][1], now=now)
    return f"{len(uses)} uses seen"


def fail_stuck() -> str:
    """End performances whose process died, and give back what they held."""
    stuck = history.stuck(now=timezone.now(), limit=STUCK_A_RUN)
    ended = sum(performances.give_up(performance, "abandoned") for performance in stuck)
    return f"{ended} stuck performances ended"


def erase(user_id: str) -> str:
    """Begin to erase a user who asked for it; `erase_all` ends it."""
    user = User.objects.filter(pk=user_id, erase_requested_at__isnull=False).first()
    if user is None:
        return "nobody to erase"
    return "erased" if erasure.erase(user, now=timezone.now()) else "begun"


def erase_all() -> str:
    """Go on with every erasure, the oldest first, until it is done."""
    waiting = User.objects.filter(erase_requested_at__isnull=False).order_by("erase_requested_at")
    chosen, until = list(waiting[:ERASED_A_RUN]), time.monotonic() + ERASURE_SECONDS
    erased = sum(_erased(user) for user in chosen if time.monotonic() < until)
    return f"{erased} of {len(chosen)} users erased"


def erase_idle_voices() -> str:
    """Recordings and clones of those who have not been here for VOICE_RETENTION_DAYS; they may record anew."""
    now, until = timezone.now(), time.monotonic() + ERASURE_SECONDS
    erased = 0
    for user in erasure.idle(now=now, limit=ERASED_A_RUN):
        if time.monotonic() < until:
            erasure.erase_voice(user, now=now)
            erased += 1
    return f"{erased} idle voices erased"


def _erased(user: User) -> bool:
    """One that fails is tried again in the next run, and holds up nobody else."""
    try:
        return erasure.erase(user, now=timezone.now())
    except Exception:
        log.exception("erase_failed", extra={"user_id": str(user.pk)})
        return False
