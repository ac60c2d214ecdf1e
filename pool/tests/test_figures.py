from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client import REGISTRY

from pool import eviction, switches
from pool.admission import SlotsBusy, admit, expire_idle, renew
from pool.capacity import resize
from pool.reconciliation import reconcile
from pool.tests.factories import grow_cold, make_voice, soon
from thoughtvoice.double import Double
from voices.models import Voice
from voices.providers.base import ProviderError

pytestmark = pytest.mark.django_db


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_voice_is_inserted_once_and_then_reused(on_the_double: Double) -> None:
    before = value("pool_insert_total"), value("pool_reuse_total"), value("clone_create_total")
    resize(1, deadline=soon())
    voice = make_voice()
    for _ in range(3):
        admit(voice, deadline=soon(), pin_seconds=0)
    after = value("pool_insert_total"), value("pool_reuse_total"), value("clone_create_total")
    assert after == (before[0] + 1, before[1] + 2, before[2] + 1)


def test_a_clone_that_was_not_made_is_counted_as_that(on_the_double: Double) -> None:
    before = value("clone_create_total"), value("clone_create_fail_total")
    resize(1, deadline=soon())
    on_the_double.script.add("clone", "invalid_content", count=9)
    with pytest.raises(ProviderError):
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert (value("clone_create_total"), value("clone_create_fail_total")) == (before[0] + 1, before[1] + 1)


def test_who_gets_no_slot_is_counted_as_refused(on_the_double: Double) -> None:
    before = value("pool_refused_total")
    resize(1, deadline=soon())
    admit(make_voice(), deadline=soon(), pin_seconds=60)
    with pytest.raises(SlotsBusy):
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert value("pool_refused_total") == before + 1


def test_an_eviction_tells_its_reason_and_how_long_the_clone_served(on_the_double: Double) -> None:
    before = value("pool_evictions_total", reason="staff"), value("clone_lifecycle_ms_count")
    resize(1, deadline=soon())
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    grow_cold(slot)
    slot.refresh_from_db()
    assert eviction.evict(slot, reason="staff", now=timezone.now(), deadline=soon())
    after = value("pool_evictions_total", reason="staff"), value("clone_lifecycle_ms_count")
    assert after == (before[0] + 1, before[1] + 1)


def evictions(reason: str) -> float:
    return value("pool_evictions_total", reason=reason)


def test_whom_a_switched_off_pool_lets_go_left_for_that_reason(on_the_double: Double) -> None:
    before = evictions("pool_off")
    grow_cold(admit(make_voice(), deadline=soon(), pin_seconds=0))
    switches.change(enabled=False)
    expire_idle(deadline=soon())
    assert evictions("pool_off") == before + 1


def test_a_clone_that_a_new_recording_replaces_left_for_that_reason(on_the_double: Double) -> None:
    before = evictions("new_recording")
    resize(1, deadline=soon())
    voice = make_voice()
    admit(voice, deadline=soon(), pin_seconds=0)
    Voice.objects.filter(pk=voice.pk).update(revision=2)
    assert renew(Voice.objects.get(pk=voice.pk), deadline=soon())
    assert evictions("new_recording") == before + 1


def test_drift_is_counted_when_it_is_repaired(on_the_double: Double) -> None:
    before = value("pool_drift_total", kind="missing")
    resize(1, deadline=soon())
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    on_the_double.workspace.delete(slot.remote_id)
    grow_cold(slot, since=slot.since - timedelta(hours=1))
    reconcile(slot.account, repair=False, deadline=soon())
    assert value("pool_drift_total", kind="missing") == before
    reconcile(slot.account, repair=True, deadline=soon())
    assert value("pool_drift_total", kind="missing") == before + 1
