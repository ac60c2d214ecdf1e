"""Several accounts at the provider are one pool."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pool import budget, capacity, eviction, jobs, polling
from pool.admission import MARK, SlotsBusy, admit, renew, temporary
from pool.capacity import accounts, fit
from pool.models import Account, Build, Slot
from pool.reconciliation import reconcile
from pool.tests.factories import RECORDING, grow_cold, make_voice, soon
from pool.tests.test_admission import with_new_recording
from thoughtvoice.double import Double
from thoughtvoice.double.state import Settings
from voices.providers import get_provider
from voices.providers.base import ProviderRefused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]


@pytest.fixture(autouse=True)
def two_accounts(settings: Any, on_the_double: Double) -> None:
    """One place in each."""
    on_the_double.reset(Settings(voice_limit=20, creations_limit=None))
    settings.PROVIDER_ACCOUNTS = {"default": "a-key", "second": "another-key"}
    Slot.objects.exclude(number=1).delete()
    accounts()
    Account.objects.update(voice_limit=1)
    for account in accounts():
        fit(account, deadline=soon())


def of(name: str) -> Account:
    return Account.objects.get(name=name)


def account_of(slot: Slot) -> str:
    return slot.account.name


def test_a_second_account_adds_its_places() -> None:
    assert {account_of(admit(make_voice(), deadline=soon(), pin_seconds=60)) for _ in range(2)} == {
        "default",
        "second",
    }


def test_where_one_month_is_spent_the_other_accounts_goes_on() -> None:
    Account.objects.filter(name="default").update(
        creations_limit=1, creations_used=1, polled_at=timezone.now()
    )
    assert account_of(admit(make_voice(), deadline=soon(), pin_seconds=0)) == "second"
    grow_cold(Slot.objects.get(account__name="second"))
    assert account_of(admit(make_voice(), deadline=soon(), pin_seconds=0)) == "second"


def test_when_all_months_are_spent_it_is_said() -> None:
    Account.objects.update(creations_limit=1, creations_used=1, polled_at=timezone.now())
    with pytest.raises(budget.CreationsSpent):
        admit(make_voice(), deadline=soon(), pin_seconds=0)


def test_a_voice_moves_when_its_accounts_key_was_taken_away(settings: Any) -> None:
    voice = make_voice()
    lost = account_of(admit(voice, deadline=soon(), pin_seconds=0))
    [left] = {"default", "second"} - {lost}
    settings.PROVIDER_ACCOUNTS = {left: "a-key"}
    assert account_of(admit(voice, deadline=soon(), pin_seconds=0)) == left


def test_nobody_is_sent_to_an_account_without_a_key(settings: Any) -> None:
    settings.PROVIDER_ACCOUNTS = {"second": "another-key"}
    admit(make_voice(), deadline=soon(), pin_seconds=60)
    with pytest.raises(SlotsBusy):
        admit(make_voice(), deadline=soon(), pin_seconds=60)


def test_a_key_refused_twice_is_taken_for_lost_until_it_works_again(double: Double) -> None:
    voice = make_voice()
    lost = of(account_of(admit(voice, deadline=soon(), pin_seconds=0)))
    for _ in range(2):
        assert admit(voice, deadline=soon(), pin_seconds=0).account == lost
        double.script.add("account", "invalid_api_key")
        polling.poll(lost, deadline=soon())
    assert admit(voice, deadline=soon(), pin_seconds=0).account != lost
    polling.poll(lost, deadline=soon())
    assert of(lost.name).usable


def test_the_only_account_is_never_taken_for_lost(settings: Any) -> None:
    settings.PROVIDER_ACCOUNTS = {"default": "a-key"}
    Account.objects.update(refusals=9)
    assert account_of(admit(make_voice(), deadline=soon(), pin_seconds=0)) == "default"


def test_a_deletion_that_hangs_in_one_account_holds_up_only_that_one() -> None:
    stuck, fine = (admit(make_voice(), deadline=soon(), pin_seconds=0) for _ in range(2))
    later = timezone.now() + timedelta(hours=1)
    Slot.objects.filter(pk=stuck.pk).update(
        state=Slot.State.DELETING, voice=None, attempts=1, retry_at=later, error="OutcomeUnknown"
    )
    grow_cold(fine)
    assert admit(make_voice(), deadline=soon(), pin_seconds=0).pk == fine.pk


def test_a_temporary_clone_tells_whose_account_it_is_in() -> None:
    resident = admit(make_voice(), deadline=soon(), pin_seconds=60)
    with temporary(make_voice(), deadline=soon()) as place:
        assert {account_of(resident), account_of(place)} == {"default", "second"}
        assert place.remote_id


def test_every_call_is_made_with_the_key_of_the_account_that_it_is_about(double: Double) -> None:
    Slot.objects.filter(account=of("default")).update(state=Slot.State.BLOCKED)
    double.workspace.calls.clear()
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    grow_cold(slot)
    slot.refresh_from_db()
    eviction.let_go(slot, reason="discarded", now=timezone.now(), deadline=soon())
    get_provider("second").clone([RECORDING], name=f"{MARK}1", labels={}, deadline=soon())
    double.workspace.add_by_hand("Grandpa")
    double.workspace.grow_old(3600)
    reconcile(of("second"), repair=True, deadline=soon())
    assert (of("default").foreign_voices, of("second").foreign_voices) == (0, 1)
    assert [voice.name for voice in double.workspace.voices] == ["Grandpa"]
    asked = [call.operation for call in double.workspace.calls]
    assert asked[:5] == ["clone", "delete", "clone", "list", "delete"]
    assert {call.headers["xi-api-key"] for call in double.workspace.calls} == {"another-key"}


def test_a_new_clone_is_made_in_the_account_of_the_one_that_it_replaces(double: Double) -> None:
    voice = make_voice()
    slot = admit(voice, deadline=soon(), pin_seconds=0)
    grow_cold(slot)
    double.workspace.calls.clear()
    assert renew(with_new_recording(voice), deadline=soon())
    key = {"default": "a-key", "second": "another-key"}[account_of(slot)]
    assert [(call.operation, call.headers["xi-api-key"]) for call in double.workspace.calls] == [
        ("delete", key),
        ("clone", key),
    ]


def test_the_creation_is_taken_from_the_account_that_has_the_place() -> None:
    for _ in range(2):
        grow_cold(admit(make_voice(), deadline=soon(), pin_seconds=0))
    leaving = Slot.objects.get(account=of("default"), number=1)
    Slot.objects.filter(pk=leaving.pk).update(state=Slot.State.DELETING, voice=None)
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert Build.objects.latest("started_at").account == slot.account


def test_an_account_that_does_not_answer_holds_up_no_other(double: Double) -> None:
    double.script.add("list", "invalid_api_key")
    assert jobs.reconcile() == "default ProviderRefused; agreed"
    double.script.add("list", "invalid_api_key", count=2)
    with pytest.raises(ProviderRefused):
        jobs.reconcile()


def test_the_generic_voice_speaks_from_an_account_whose_key_is_taken() -> None:
    assert capacity.speaking() == "default"
    Account.objects.filter(name="default").update(refusals=2)
    assert capacity.speaking() == "second"
