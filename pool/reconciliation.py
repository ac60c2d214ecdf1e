"""Bring rows and provider back into agreement after a crash. Safe to run twice, and twice at once."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from pool import capacity, eviction, figures
from pool.admission import MARK
from pool.models import Account, Slot
from voices.providers import get_provider
from voices.providers.base import ProviderError, RemoteVoice

RECONCILE_SECONDS = 60
MARGIN = timedelta(seconds=30)
"""What the provider's clock and ours may differ by."""

log = logging.getLogger("thoughtvoice.pool")


@dataclass
class Drift:
    """Where rows and provider disagree."""

    missing: list[Slot] = field(default_factory=list)
    """READY in our rows, unknown to the provider."""
    ownerless: list[Slot] = field(default_factory=list)
    """READY for a voice that was deleted, or whose recording was erased."""
    unsettled: list[tuple[Slot, RemoteVoice | None]] = field(default_factory=list)
    """Building for too long or with unknown outcome, and the clone that was found by name, if any."""
    undeleted: list[Slot] = field(default_factory=list)
    """Waiting to be deleted."""
    orphans: list[RemoteVoice] = field(default_factory=list)
    """With our mark, known to no row, older than the longest build."""
    foreign: int = 0
    """Without our mark: nobody's business here, but they take places."""

    def counts(self) -> dict[str, int]:
        return {name: found if name == "foreign" else len(found) for name, found in vars(self).items()}


def compare(slots: Iterable[Slot], remote: Iterable[RemoteVoice], *, now: datetime) -> Drift:
    """Pure: what differs between our rows and the provider's list."""
    slots = list(slots)
    adopted = {slot.remote_id for slot in slots if slot.remote_id and slot.remote_id == slot.name}
    drift = Drift()
    ours: dict[str, RemoteVoice] = {}
    for voice in remote:
        if voice.name.startswith(MARK):
            ours[voice.name] = voice
        elif voice.remote_id in adopted:
            ours[voice.remote_id] = voice
        else:
            drift.foreign += 1
    built_before = now - timedelta(seconds=settings.POOL_BUILD_SECONDS) - MARGIN
    for slot in slots:
        _compare_slot(slot, ours.pop(slot.name, None) if slot.name else None, drift, built_before, now)
    drift.orphans = [v for v in ours.values() if v.created_at and v.created_at < built_before]
    return drift


def _compare_slot(
    slot: Slot, found: RemoteVoice | None, drift: Drift, built_before: datetime, now: datetime
) -> None:
    if slot.state in {Slot.State.UNKNOWN, Slot.State.BUILDING}:
        # A clone may still appear for as long as a build may take.
        if slot.since < built_before or (found and slot.state == Slot.State.UNKNOWN):
            drift.unsettled.append((slot, found))
    elif slot.state == Slot.State.READY and found is None:
        if slot.since < built_before:  # a listing may be behind what was made a moment ago
            drift.missing.append(slot)
    elif slot.state == Slot.State.READY and not _has_owner(slot):
        drift.ownerless.append(slot)
    elif slot.state == Slot.State.DELETING and _is_due(slot, now):
        drift.undeleted.append(slot)


def _has_owner(slot: Slot) -> bool:
    voice = slot.voice
    return voice is not None and voice.sample_id is not None and slot.revision >= voice.oldest_revision


def _is_due(slot: Slot, now: datetime) -> bool:
    return slot.retry_at <= now and not eviction.may_be_speaking(slot, now=now)


def reconcile(account: Account, *, repair: bool, deadline: float) -> Drift:
    # The rows are read before the list. A clone deleted in between has moved its slot's turn, so that the
    # repair of the slot fails; one made in between is too young to be an orphan.
    slots = list(Slot.objects.filter(account=account).select_related("account", "voice"))
    remote = list(get_provider(account.name).list(deadline=deadline))
    drift = compare(slots, remote, now=timezone.now())
    if repair:
        for kind in ("missing", "ownerless", "unsettled", "orphans"):
            figures.DRIFT.labels(kind).inc(drift.counts()[kind])
        _repair(account, drift, deadline=deadline)
        Account.objects.filter(pk=account.pk).update(foreign_voices=drift.foreign)
        account.foreign_voices = drift.foreign
        capacity.fit(account, deadline=deadline)
    log.info("reconcile", extra={"account": account.name, "repair": repair, **drift.counts()})
    return drift


def _repair(account: Account, drift: Drift, *, deadline: float) -> None:
    now = timezone.now()
    for slot in drift.missing:
        slot.empty(now=now)
    for slot, found in drift.unsettled:
        if found is None:
            slot.empty(now=now)
        elif slot.voice_id is None:
            # A temporary clone, or one that was to replace another: nobody waits for it any more.
            if slot.move(state=Slot.State.DELETING, remote_id=found.remote_id, since=now, retry_at=now):
                eviction.delete_clone(slot, deadline=deadline)
        else:
            slot.move(state=Slot.State.READY, remote_id=found.remote_id, since=now)
    for slot in drift.ownerless:
        eviction.let_go(slot, reason="ownerless", now=now, deadline=deadline)
    for slot in drift.undeleted:
        eviction.delete_clone(slot, deadline=deadline)
    for voice in drift.orphans:
        _delete_orphan(account, voice, deadline=deadline)


def _delete_orphan(account: Account, voice: RemoteVoice, *, deadline: float) -> None:
    try:
        get_provider(account.name).delete(voice.remote_id, deadline=deadline)
    except ProviderError as error:
        log.warning("clone_delete", extra={"outcome": type(error).__name__, "orphan": True})
    else:
        log.info("clone_delete", extra={"outcome": "ok", "orphan": True})
