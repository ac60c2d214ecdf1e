"""What the log says of the pool: the events, by these names and with these fields, that an operator searches for."""

from typing import Any

import pytest
from django.utils import timezone

from pool import capacity, eviction, switches
from pool.admission import MARK, admit, expire_idle
from pool.capacity import resize
from pool.models import Account, Slot
from pool.reconciliation import reconcile
from pool.tests.factories import RECORDING, grow_cold, make_voice, soon
from thoughtvoice.double import Double
from thoughtvoice.errors import DomainError
from voices.models import Voice
from voices.providers import get_provider
from voices.providers.base import ProviderError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]

FIELDS = ("mode", "outcome", "reason", "slot", "orphan", "account", "repair", "missing", "orphans", "foreign")


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Any:
    """The events since it was last asked."""
    caplog.set_level("INFO", logger="thoughtvoice.pool")

    def since() -> list[tuple[str, dict[str, Any]]]:
        lines = [line for line in caplog.records if line.name == "thoughtvoice.pool"]
        caplog.clear()
        for line in lines:
            if line.message in {"clone_create", "voice_pool_acquire"}:
                assert 0 <= vars(line)["latency_ms"] < 20_000
        return [
            (line.message, {name: vars(line)[name] for name in FIELDS if name in vars(line)})
            for line in lines
        ]

    return since


def test_how_a_voice_came_to_its_place(told: Any) -> None:
    resize(1, deadline=soon())
    voice = make_voice()
    told()
    grow_cold(admit(voice, deadline=soon(), pin_seconds=0))
    made = ("clone_create", {"outcome": "ok", "slot": 1})
    assert told() == [made, ("voice_pool_acquire", {"mode": "insert", "slot": 1})]
    grow_cold(admit(voice, deadline=soon(), pin_seconds=0))
    assert told() == [("voice_pool_acquire", {"mode": "reuse", "slot": 1})]
    admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert told() == [
        ("voice_pool_evict", {"reason": "room", "slot": 1}),
        ("clone_delete", {"outcome": "ok", "slot": 1}),
        made,
        ("voice_pool_acquire", {"mode": "insert_evicted", "slot": 1}),
    ]
    Slot.objects.get(voice__isnull=False).empty(now=timezone.now())
    told()
    admit(voice, deadline=soon(), pin_seconds=0)
    assert told() == [made, ("voice_pool_acquire", {"mode": "rebuild", "slot": 1})]


def test_why_a_voice_left(told: Any, settings: Any) -> None:
    def reason() -> str:
        return next(fields["reason"] for event, fields in told() if event == "voice_pool_evict")

    voice = make_voice()
    admit(voice, deadline=soon(), pin_seconds=0)
    Voice.objects.filter(pk=voice.pk).update(revision=3, oldest_revision=2)
    voice = Voice.objects.select_related("sample").get(pk=voice.pk)
    admit(voice, deadline=soon(), pin_seconds=0)
    assert reason() == "recording_erased"
    resize(1, deadline=soon())
    grow_cold(Slot.objects.get(voice=voice))
    told()
    switches.change(strategy="ttl")
    expire_idle(deadline=soon())
    assert reason() == "ttl"
    admit(voice, deadline=soon(), pin_seconds=0)
    settings.PROVIDER_ACCOUNTS = {"second": "another-key"}
    capacity.accounts()
    with pytest.raises(DomainError):
        admit(voice, deadline=soon(), pin_seconds=0)
    assert reason() == "account_lost"


def test_what_could_not_be_made_or_deleted(told: Any, double: Double) -> None:
    double.script.add("clone", "503")
    with pytest.raises(ProviderError):
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert told() == [("clone_create", {"outcome": "OutcomeUnknown", "slot": 1})]
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    grow_cold(slot)
    slot.refresh_from_db()
    told()
    double.script.add("delete", "invalid_api_key")
    eviction.discard(slot.voice, now=timezone.now(), deadline=soon())
    assert told() == [
        ("voice_pool_evict", {"reason": "discarded", "slot": slot.number}),
        ("clone_delete", {"outcome": "ProviderRefused", "slot": slot.number}),
    ]


def test_what_reconciliation_found(told: Any, double: Double) -> None:
    account = Account.objects.get(name="default")
    for number in (1, 2):
        get_provider().clone([RECORDING], name=f"{MARK}{number}", labels={}, deadline=soon())
    double.workspace.grow_old(3600)
    slot = admit(make_voice(), deadline=soon(), pin_seconds=60)
    Slot.objects.filter(pk=slot.pk).update(voice=None)
    told()
    double.script.add("delete", "invalid_api_key")
    reconcile(account, repair=True, deadline=soon())
    seen = {"account": "default", "repair": True, "missing": 0, "orphans": 2, "foreign": 0}
    orphans = [
        ("clone_delete", {"outcome": outcome, "orphan": True}) for outcome in ("ProviderRefused", "ok")
    ]
    ownerless = ("voice_pool_evict", {"reason": "ownerless", "slot": slot.number})
    assert told() == [ownerless, *orphans, ("reconcile", seen)]
    assert {voice.name for voice in double.workspace.voices} == {f"{MARK}2", slot.name}
