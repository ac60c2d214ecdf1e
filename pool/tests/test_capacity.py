import pytest

from pool.admission import admit
from pool.capacity import accounts, fit, resize
from pool.jobs import poll_accounts, reconcile
from pool.models import Account, Slot
from pool.tests.factories import grow_cold, make_voice, soon
from thoughtvoice.double import Double
from thoughtvoice.double.state import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]


def count(state: Slot.State) -> int:
    return Slot.objects.filter(state=state).count()


def test_a_lower_capacity_blocks_free_places() -> None:
    assert resize(3, deadline=soon()) == 3
    assert (count(Slot.State.FREE), count(Slot.State.BLOCKED)) == (3, 7)


def test_a_higher_capacity_unblocks_and_adds_places() -> None:
    resize(3, deadline=soon())
    assert resize(12, deadline=soon()) == 12
    assert count(Slot.State.FREE) == 12


def test_below_the_occupied_count_the_coldest_leave_and_the_pinned_stay() -> None:
    resize(3, deadline=soon())
    cold, on_stage, warm = make_voice(), make_voice(), make_voice()
    grow_cold(admit(cold, deadline=soon(), pin_seconds=0))
    admit(on_stage, deadline=soon(), pin_seconds=600)
    admit(warm, deadline=soon(), pin_seconds=0)
    assert resize(2, deadline=soon()) == 2
    assert not Slot.objects.filter(voice=cold).exists()
    assert resize(0, deadline=soon()) == 1
    assert Slot.objects.get(state=Slot.State.READY).voice == on_stage


def test_voices_made_by_hand_take_places_and_give_them_back(double: Double) -> None:
    grandpa = [double.workspace.add_by_hand(f"Grandpa {number}") for number in range(2)]
    poll_accounts()
    reconcile()
    assert (count(Slot.State.FREE), count(Slot.State.BLOCKED)) == (8, 2)
    for voice in grandpa:
        double.workspace.delete(voice.voice_id)
    reconcile()
    assert count(Slot.State.FREE) == 10


def test_the_capacity_is_never_above_what_the_provider_says(double: Double) -> None:
    double.reset(Settings(voice_limit=4))
    poll_accounts()
    reconcile()
    assert count(Slot.State.FREE) == 4


def test_a_plan_that_cannot_be_read_stays_as_it_was(double: Double) -> None:
    poll_accounts()
    double.script.add("account", "502", count=20)
    assert "default" in poll_accounts()
    assert Account.objects.get(name="default").voice_limit == 10


def test_fitting_twice_changes_nothing() -> None:
    [account] = accounts()
    fit(account, deadline=soon())
    before = list(Slot.objects.values_list("pk", "turn"))
    fit(account, deadline=soon())
    assert list(Slot.objects.values_list("pk", "turn")) == before
