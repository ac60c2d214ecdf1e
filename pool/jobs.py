"""Scheduled and queued work of this app; each call is bounded, repeatable, and says what it did."""

import time
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from pool import admission, capacity, eviction, foresight, polling, reconciliation, switches
from pool.models import Account, Build, Slot
from pool.reconciliation import RECONCILE_SECONDS
from thoughtvoice.errors import DomainError
from voices.models import Voice
from voices.providers import governor
from voices.providers.base import ProviderError

DISCARD_SECONDS = 20
DISCARDS_A_RUN = 50
RENEWED_A_RUN = 5
RENEWED_AGAIN = timedelta(hours=1)
WARMED_A_RUN = 5


@governor.calling(background=True)
def build(voice_id: str) -> str:
    """Make a voice resident after its recording was accepted, before anybody waits for it."""
    voice = Voice.objects.select_related("sample").filter(pk=voice_id).first()
    if voice is None or voice.sample_id is None:
        return "nothing to build"
    if not switches.current().enabled:
        return "the pool is off"
    deadline = time.monotonic() + settings.POOL_BUILD_SECONDS
    admission.renew(voice, deadline=deadline)
    slot = admission.admit(voice, deadline=deadline, pin_seconds=0)
    return f"in {slot}"


def discard(voice_id: str) -> str:
    """Delete the clone of a voice whose recordings were erased."""
    voice = Voice.objects.filter(pk=voice_id).first()
    if voice is None or voice.sample_id is not None:  # a new recording has replaced it since
        return "nothing to discard"
    eviction.discard(voice, now=timezone.now(), deadline=time.monotonic() + DISCARD_SECONDS)
    return "discarded"


@governor.calling(background=True)
def reconcile() -> str:
    """Settle what crashes left behind, delete orphans, and fit the places to plan and switches."""
    return "; ".join(_reconciled(capacity.accounts()))


def _reconciled(accounts: list[Account]) -> list[str]:
    """Each account by itself, as one that does not answer holds up none. Raises: ProviderError, if all do not."""
    deadline, told, failed = time.monotonic() + RECONCILE_SECONDS, [], []
    for account in accounts:
        try:
            counts = reconciliation.reconcile(account, repair=True, deadline=deadline).counts()
        except ProviderError as error:
            failed.append(error)
            told.append(f"{account.name} {type(error).__name__}")
        else:
            told.append(", ".join(f"{n} {kind}" for kind, n in counts.items() if n) or "agreed")
    if failed and len(failed) == len(accounts):
        raise failed[0]
    return told


def poll_accounts() -> str:
    """Read every plan's limits and what is used of them."""
    deadline = time.monotonic() + RECONCILE_SECONDS
    return "; ".join(polling.poll(account, deadline=deadline) for account in capacity.accounts())


def expire() -> str:
    """Free places in advance: under the ttl strategy where time is over, with the pool off wherever nobody speaks."""
    return f"{admission.expire_idle(deadline=time.monotonic() + RECONCILE_SECONDS)} expired"


@governor.calling(background=True)
def renew() -> str:
    """Replace clones of earlier recordings, where the job that an upload queues was lost."""
    if not switches.current().enabled:
        return "the pool is off"
    deadline, renewed = time.monotonic() + RECONCILE_SECONDS, 0
    for voice in _stale():
        if renewed == RENEWED_A_RUN or time.monotonic() > deadline:
            break
        with suppress(DomainError):
            renewed += admission.renew(voice, deadline=deadline)
    return f"{renewed} clones renewed"


def _stale() -> list[Voice]:
    """Those that a clone of an earlier recording speaks for, but for those whose new one could not be made of late."""
    failed = Build.objects.filter(
        started_at__gt=timezone.now() - RENEWED_AGAIN,
        outcome__in=[Build.Outcome.NOT_MADE, Build.Outcome.UNKNOWN],
    )
    tried = set(failed.values_list("voice_id", flat=True))
    stale = Slot.objects.filter(
        state=Slot.State.READY, revision__lt=F("voice__revision"), voice__sample__isnull=False
    )
    slots = stale.select_related("account", "voice__sample")
    return [slot.voice for slot in slots if slot.voice and slot.account.usable and slot.voice.pk not in tried]


@governor.calling(background=True)
def delete_discards() -> str:
    """Delete at the provider what was taken out of the pool and is not yet confirmed as gone."""
    deadline = time.monotonic() + RECONCILE_SECONDS
    deleted = eviction.delete_due(now=timezone.now(), limit=DISCARDS_A_RUN, deadline=deadline)
    return f"{deleted} clones deleted"


@governor.calling(background=True)
def warm_ahead() -> str:
    """Make the voices of those who are about to come back, by their habit."""
    deadline = time.monotonic() + RECONCILE_SECONDS
    made = foresight.warm_ahead(now=timezone.now(), limit=WARMED_A_RUN, deadline=deadline)
    return f"{made} voices made"
