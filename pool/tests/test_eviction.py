"""A clone that leaves: what stands in its row until the provider has confirmed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pool import eviction
from pool.admission import admit
from pool.models import Slot
from pool.tests.factories import grow_cold, make_voice, soon
from thoughtvoice.double import Double

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]


def test_a_deletion_that_fails_is_tried_again_at_growing_intervals(double: Double) -> None:
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    grow_cold(slot)
    double.script.add("delete", "invalid_api_key", count=99)
    Slot.objects.filter(pk=slot.pk).update(state=Slot.State.DELETING, voice=None)
    waits = []
    for attempt in range(1, 8):
        slot.refresh_from_db()
        assert not eviction.delete_clone(slot, deadline=soon())
        slot.refresh_from_db()
        assert (slot.attempts, slot.error) == (attempt, "ProviderRefused")
        waits.append((slot.retry_at - timezone.now()).total_seconds())
    assert waits == pytest.approx([30, 60, 120, 240, 480, 600, 600], abs=5)


def test_what_may_still_be_speaking_is_let_go_and_deleted_later(double: Double) -> None:
    other = admit(make_voice(), deadline=soon(), pin_seconds=0)
    voice = make_voice()
    slot = admit(voice, deadline=soon(), pin_seconds=1800)
    now = timezone.now()
    Slot.objects.filter(pk=slot.pk).update(since=now - timedelta(hours=1))
    eviction.discard(voice, now=now, deadline=soon())
    slot.refresh_from_db()
    assert (slot.state, slot.voice) == (Slot.State.DELETING, None)
    assert abs(slot.since - now) < timedelta(milliseconds=1)
    assert abs(slot.retry_at - now) < timedelta(milliseconds=1)
    assert len(double.workspace.voices) == 2
    assert eviction.delete_due(now=now + timedelta(minutes=1), limit=9, deadline=soon()) == 1
    assert [voice.name for voice in double.workspace.voices] == [other.name]


def test_only_what_waits_for_it_is_deleted_and_the_longest_waiting_first(double: Double) -> None:
    slots = [admit(make_voice(), deadline=soon(), pin_seconds=0) for _ in range(3)]
    for slot in slots:
        grow_cold(slot)
    now = timezone.now()
    for slot, minutes in zip(slots[:2], (1, 2), strict=True):
        due = now - timedelta(minutes=minutes)
        Slot.objects.filter(pk=slot.pk).update(state=Slot.State.DELETING, voice=None, retry_at=due)
    assert eviction.delete_due(now=now, limit=1, deadline=soon()) == 1
    assert eviction.delete_due(now=now, limit=9, deadline=0.0) == 0
    assert {voice.name for voice in double.workspace.voices} == {slots[0].name, slots[2].name}


def test_who_has_seen_the_slot_before_it_was_evicted_moves_it_no_more(double: Double) -> None:
    voice = make_voice()
    slot = admit(voice, deadline=soon(), pin_seconds=0)
    grow_cold(slot, since=timezone.now() - timedelta(hours=1))
    slot.refresh_from_db()
    seen = Slot.objects.get(pk=slot.pk)
    double.script.add("delete", "invalid_api_key")
    now = timezone.now()
    assert not eviction.evict(slot, reason="lru", now=now, deadline=soon())
    slot.refresh_from_db()
    assert (slot.state, slot.voice) == (Slot.State.DELETING, None)
    assert abs(slot.since - now) < timedelta(milliseconds=1)
    assert slot.turn == seen.turn + 2  # the claim is a move, and so is the attempt to delete
    assert not seen.move(state=Slot.State.READY, voice=voice)


def test_what_may_still_be_speaking_is_not_due(double: Double) -> None:
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    now = timezone.now()
    Slot.objects.filter(pk=slot.pk).update(
        state=Slot.State.DELETING, voice=None, retry_at=now, last_used_at=now
    )
    assert eviction.undeleted(now=now + eviction.LONGEST_SYNTHESIS - timedelta(seconds=1)) == []
    assert eviction.undeleted(now=now + eviction.LONGEST_SYNTHESIS) == [slot]


def test_a_voice_that_is_not_ready_has_nothing_to_discard(double: Double) -> None:
    voice = make_voice()
    slot = admit(voice, deadline=soon(), pin_seconds=0)
    Slot.objects.filter(pk=slot.pk).update(state=Slot.State.BUILDING)
    eviction.discard(voice, now=timezone.now(), deadline=soon())
    slot.refresh_from_db()
    assert slot.state == Slot.State.BUILDING


LONG_AGO = timezone.now() - timedelta(days=2)
UNCONFIRMED = {"attempts": 3, "error": "OutcomeUnknown", "since": LONG_AGO, "last_used_at": LONG_AGO}


@pytest.mark.parametrize(("deletion", "leaves"), [(UNCONFIRMED, False), ({"attempts": 0}, True)])
def test_somebody_else_leaves_unless_a_deletion_was_not_confirmed(
    deletion: dict[str, object], leaves: bool
) -> None:
    going, cold = (admit(make_voice(), deadline=soon(), pin_seconds=0) for _ in range(2))
    now = timezone.now()
    Slot.objects.filter(pk=going.pk).update(
        state=Slot.State.DELETING, voice=None, retry_at=now + timedelta(hours=1), **deletion
    )
    grow_cold(cold)
    cold.refresh_from_db()
    made = eviction.make_room([cold], account=cold.account, now=now, deadline=soon())
    assert made == (cold if leaves else None)
