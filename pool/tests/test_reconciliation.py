from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from pool.admission import MARK, admit
from pool.models import Account, Slot
from pool.reconciliation import compare, reconcile
from pool.tests.factories import RECORDING, make_voice, soon
from thoughtvoice.double import Double
from voices.models import Voice
from voices.providers import get_provider
from voices.providers.base import RemoteVoice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]

AGREED = {"missing": 0, "ownerless": 0, "unsettled": 0, "undeleted": 0, "orphans": 0, "foreign": 0}


def the_account() -> Account:
    return Account.objects.get(name="default")


def drift() -> dict[str, int]:
    return reconcile(the_account(), repair=False, deadline=soon()).counts()


def repair() -> None:
    reconcile(the_account(), repair=True, deadline=soon())


def long_ago(slot: Slot, **changes) -> None:
    then = timezone.now() - timedelta(hours=1)
    Slot.objects.filter(pk=slot.pk).update(since=then, last_used_at=then, **changes)


def clone_by_name(name: str) -> str:
    return get_provider().clone([RECORDING], name=name, labels={}, deadline=soon())


def test_rows_and_provider_that_agree_have_no_drift() -> None:
    admit(make_voice(), deadline=soon(), pin_seconds=30)
    assert drift() == AGREED


def test_a_clone_that_was_deleted_by_hand_frees_its_slot() -> None:
    slot = admit(make_voice(), deadline=soon(), pin_seconds=30)
    get_provider().delete(slot.remote_id, deadline=soon())
    assert drift() == AGREED
    long_ago(slot)
    assert drift() == {**AGREED, "missing": 1}
    repair()
    slot.refresh_from_db()
    assert (slot.state, slot.voice_id) == (Slot.State.FREE, None)


def test_a_build_that_died_before_the_call_frees_its_slot() -> None:
    slot = Slot.objects.get(number=1)
    long_ago(slot, state=Slot.State.BUILDING, voice=make_voice(), name=f"{MARK}1")
    repair()
    slot.refresh_from_db()
    assert slot.state == Slot.State.FREE


def test_a_build_that_died_after_the_call_is_found_by_its_name() -> None:
    slot, voice = Slot.objects.get(number=1), make_voice()
    remote_id = clone_by_name(f"{MARK}1")
    long_ago(slot, state=Slot.State.BUILDING, voice=voice, revision=1, name=f"{MARK}1")
    repair()
    assert admit(voice, deadline=soon(), pin_seconds=0).remote_id == remote_id
    assert drift() == AGREED


def test_a_build_that_is_still_going_on_is_left_alone() -> None:
    slot = Slot.objects.get(number=1)
    Slot.objects.filter(pk=slot.pk).update(state=Slot.State.BUILDING, name=f"{MARK}1", since=timezone.now())
    assert drift() == AGREED


def test_the_clone_of_a_deleted_voice_leaves() -> None:
    voice = make_voice()
    slot = admit(voice, deadline=soon(), pin_seconds=0)
    voice.delete()
    long_ago(slot)
    repair()
    slot.refresh_from_db()
    assert slot.state == Slot.State.FREE
    assert list(get_provider().list(deadline=soon())) == []


@pytest.mark.parametrize(("oldest", "ownerless"), [(1, 0), (2, 1)])
def test_a_clone_of_a_recording_that_was_erased_leaves_and_no_other(oldest: int, ownerless: int) -> None:
    voice = make_voice()
    long_ago(admit(voice, deadline=soon(), pin_seconds=0))
    Voice.objects.filter(pk=voice.pk).update(oldest_revision=oldest)
    assert drift() == AGREED | {"ownerless": ownerless}


def test_a_deletion_that_failed_is_done_again() -> None:
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    long_ago(slot, state=Slot.State.DELETING, voice=None)
    repair()
    slot.refresh_from_db()
    assert slot.state == Slot.State.FREE


def test_a_clone_that_may_still_be_speaking_is_not_deleted_yet() -> None:
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    Slot.objects.filter(pk=slot.pk).update(state=Slot.State.DELETING, voice=None)
    assert drift() == AGREED


def test_only_old_clones_with_our_mark_are_orphans() -> None:
    now = timezone.now()
    old, young = now - timedelta(hours=1), now - timedelta(seconds=5)
    ours = RemoteVoice(remote_id="1", name=f"{MARK}a", created_at=old)
    too_young = RemoteVoice(remote_id="2", name=f"{MARK}b", created_at=young)
    of_unknown_age = RemoteVoice(remote_id="3", name=f"{MARK}c")
    somebody_elses = RemoteVoice(remote_id="4", name="Grandpa", created_at=old)
    found = compare([], [ours, too_young, of_unknown_age, somebody_elses], now=now)
    assert found.orphans == [ours]


def test_a_clone_is_an_orphan_once_no_build_and_no_clock_explains_it(settings) -> None:
    settings.POOL_BUILD_SECONDS = 60
    now = timezone.now()
    ages = [60 + 30 - 1, 60 + 30 + 1]
    found = [
        RemoteVoice(remote_id=str(age), name=f"{MARK}{age}", created_at=now - timedelta(seconds=age))
        for age in ages
    ]
    assert compare([], found, now=now).orphans == found[1:]


def test_a_voice_with_our_row_but_another_name_is_foreign() -> None:
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    renamed = RemoteVoice(remote_id=slot.remote_id, name="Grandpa")
    assert compare([slot], [renamed], now=timezone.now()).foreign == 1


def test_what_is_found_again_has_been_there_since_it_was_found(double: Double) -> None:
    slot, voice = Slot.objects.get(number=1), make_voice()
    clone_by_name(f"{MARK}1")
    long_ago(slot, state=Slot.State.UNKNOWN, voice=voice, revision=1, name=f"{MARK}1")
    repair()
    slot.refresh_from_db()
    assert slot.state == Slot.State.READY
    assert timezone.now() - slot.since < timedelta(seconds=10)


def test_a_clone_that_nobody_waits_for_any_more_is_deleted_or_tried_again_at_once(double: Double) -> None:
    slot = Slot.objects.get(number=1)
    remote_id = clone_by_name(f"{MARK}1")
    long_ago(slot, state=Slot.State.UNKNOWN, name=f"{MARK}1")
    double.script.add("delete", "invalid_api_key")
    repair()
    slot.refresh_from_db()
    assert (slot.state, slot.remote_id, slot.attempts) == (Slot.State.DELETING, remote_id, 1)
    assert timezone.now() - slot.since < timedelta(seconds=10)


def test_an_outcome_that_is_unknown_is_waited_for_as_long_as_a_build_may_take() -> None:
    slot = Slot.objects.get(number=1)
    Slot.objects.filter(pk=slot.pk).update(state=Slot.State.UNKNOWN, name=f"{MARK}1", since=timezone.now())
    assert drift() == AGREED
    clone_by_name(f"{MARK}1")
    assert drift() == {**AGREED, "unsettled": 1}


def test_a_build_that_is_found_already_is_left_to_whoever_builds() -> None:
    slot = Slot.objects.get(number=1)
    Slot.objects.filter(pk=slot.pk).update(state=Slot.State.BUILDING, name=f"{MARK}1", since=timezone.now())
    clone_by_name(f"{MARK}1")
    assert drift() == AGREED


def test_a_voice_that_a_human_made_is_never_touched() -> None:
    clone_by_name("Grandpa")
    repair()
    assert [voice.name for voice in get_provider().list(deadline=soon())] == ["Grandpa"]


def test_the_command_reports_and_repairs_nothing_unasked() -> None:
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    long_ago(slot, state=Slot.State.DELETING, voice=None)
    out = StringIO()
    call_command("reconcilepool", json=True, stdout=out)
    assert '"repaired": false' in out.getvalue()
    assert '"undeleted": 1' in out.getvalue()
    slot.refresh_from_db()
    assert slot.state == Slot.State.DELETING


def test_a_clone_for_which_nobody_waits_is_deleted_in_the_same_run(on_the_double: Double) -> None:
    slot = Slot.objects.get(number=1)
    name = f"{MARK}temporary"
    long_ago(slot, state=Slot.State.UNKNOWN, voice=None, name=name)
    clone_by_name(name)
    repair()
    slot.refresh_from_db()
    assert (slot.state, len(on_the_double.workspace.voices)) == (Slot.State.FREE, 0)
