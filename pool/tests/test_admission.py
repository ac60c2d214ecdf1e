import time
from datetime import timedelta

import pytest
from django.utils import timezone

from pool import eviction, switches
from pool.admission import SlotsBusy, admit, expire_idle, forget_clone, renew, temporary
from pool.budget import CreationsSpent, TooManyBuilds
from pool.capacity import resize
from pool.models import Account, Build, Slot
from pool.tests.factories import grow_cold, make_voice, soon
from thoughtvoice.double import Double, Script
from voices.cloning import CloningOff, NoSample
from voices.models import Voice
from voices.providers import get_provider
from voices.providers.base import BadRecording, OutcomeUnknown, ProviderBusy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]


def at_the_provider() -> set[str]:
    return {voice.name for voice in get_provider().list(deadline=soon())}


def with_new_recording(voice: Voice) -> Voice:
    Voice.objects.filter(pk=voice.pk).update(revision=voice.revision + 1)
    return Voice.objects.select_related("sample").get(pk=voice.pk)


def the_slot() -> Slot:
    return Slot.objects.exclude(state__in=[Slot.State.FREE, Slot.State.BLOCKED]).get()


def test_a_voice_is_built_into_a_free_slot() -> None:
    voice = make_voice()
    slot = admit(voice, deadline=soon(), pin_seconds=30)
    assert (slot.state, slot.voice_id, slot.revision) == (Slot.State.READY, voice.pk, 1)
    assert at_the_provider() == {slot.name}
    build = Build.objects.get()
    assert (build.outcome, build.failure) == (Build.Outcome.MADE, "")
    assert abs(build.finished_at - timezone.now()) < timedelta(seconds=10)


def test_a_clone_carries_our_mark_its_voice_and_its_revision(double: Double) -> None:
    voice = make_voice()
    admit(voice, deadline=soon(), pin_seconds=30)
    [remote] = get_provider().list(deadline=soon())
    assert remote.name.startswith("thoughtvoice-main-")
    assert dict(remote.labels) == {"voice": voice.pk.hex, "revision": "1"}


def test_a_resident_voice_is_touched_and_not_built_again() -> None:
    voice = make_voice()
    first = admit(voice, deadline=soon(), pin_seconds=30)
    grow_cold(first)
    again = admit(voice, deadline=soon(), pin_seconds=30)
    assert (again.pk, again.remote_id) == (first.pk, first.remote_id)
    again.refresh_from_db()
    assert again.last_used_at > timezone.now() - timedelta(seconds=10)
    assert Build.objects.count() == 1


def test_a_resident_voice_costs_two_queries(django_assert_num_queries) -> None:
    voice = make_voice()
    admit(voice, deadline=soon(), pin_seconds=30)
    with django_assert_num_queries(2):
        admit(voice, deadline=soon(), pin_seconds=30)


def test_a_shorter_pin_does_not_cut_a_longer_one() -> None:
    voice = make_voice()
    show = timezone.now() + timedelta(minutes=30)
    slot = admit(voice, deadline=soon(), pin_seconds=1800)
    admit(voice, deadline=soon(), pin_seconds=10)
    slot.refresh_from_db()
    assert slot.pinned_until >= show - timedelta(seconds=1)


def test_when_the_pool_is_full_somebody_cold_leaves() -> None:
    resize(2, deadline=soon())
    cold, warm, newcomer = make_voice(), make_voice(), make_voice()
    grow_cold(admit(cold, deadline=soon(), pin_seconds=0))
    admit(warm, deadline=soon(), pin_seconds=0)
    admit(newcomer, deadline=soon(), pin_seconds=0)
    resident = Slot.objects.filter(state=Slot.State.READY)
    assert set(resident.values_list("voice", flat=True)) == {warm.pk, newcomer.pk}
    assert at_the_provider() == set(resident.values_list("name", flat=True))


def test_who_returns_after_an_eviction_is_remembered() -> None:
    resize(1, deadline=soon())
    voice = make_voice()
    slot = admit(voice, deadline=soon(), pin_seconds=0)
    grow_cold(slot, score=7.0, pauses=[86400.0])
    admit(make_voice(), deadline=soon(), pin_seconds=0)
    grow_cold(the_slot())
    admit(voice, deadline=soon(), pin_seconds=0)
    assert the_slot().score > 7
    assert the_slot().pauses[0] == 86400.0


def test_only_free_evicts_nobody() -> None:
    resize(1, deadline=soon())
    grow_cold(admit(make_voice(), deadline=soon(), pin_seconds=0))
    with pytest.raises(SlotsBusy):
        admit(make_voice(), deadline=soon(), pin_seconds=0, only_free=True)


def test_when_all_are_pinned_a_newcomer_is_told_how_long_to_wait() -> None:
    resize(1, deadline=soon())
    admit(make_voice(), deadline=soon(), pin_seconds=20)
    with pytest.raises(SlotsBusy) as busy:
        admit(make_voice(), deadline=soon(), pin_seconds=30)
    assert busy.value.retryable
    assert busy.value.retry_after == pytest.approx(20, abs=2)


def test_who_is_made_anew_too_often_is_refused_but_not_while_the_pool_is_off(settings) -> None:
    settings.POOL_BUILDS_A_DAY = 1
    voice = make_voice()
    forget_clone(admit(voice, deadline=soon(), pin_seconds=0))
    with pytest.raises(TooManyBuilds):
        admit(voice, deadline=soon(), pin_seconds=0)
    with temporary(voice, deadline=soon()) as place:
        assert place.remote_id


def test_two_who_renew_at_once_spend_one_creation() -> None:
    voice = make_voice()
    admit(voice, deadline=soon(), pin_seconds=0)
    begun = Build.objects.get()
    anew = with_new_recording(voice)
    Build.objects.create(account=begun.account, voice=voice, user_id=voice.user_id, first=False)
    assert not renew(anew, deadline=soon())
    Build.objects.filter(outcome=Build.Outcome.RUNNING).update(
        started_at=timezone.now() - timedelta(minutes=2)
    )
    assert renew(anew, deadline=soon())


def test_the_clone_of_an_earlier_recording_speaks_until_it_is_renewed() -> None:
    voice = make_voice()
    before = admit(voice, deadline=soon(), pin_seconds=0)
    voice = with_new_recording(voice)
    assert admit(voice, deadline=soon(), pin_seconds=0).remote_id == before.remote_id
    assert renew(voice, deadline=soon())
    after = admit(voice, deadline=soon(), pin_seconds=0)
    assert (after.pk, after.revision) == (before.pk, 2)
    assert after.remote_id != before.remote_id


def test_the_replaced_clone_leaves_once_nobody_can_be_speaking_on_it() -> None:
    voice = make_voice()
    before = admit(voice, deadline=soon(), pin_seconds=0)
    renew(with_new_recording(voice), deadline=soon())
    after, leaving = Slot.objects.get(state=Slot.State.READY), Slot.objects.get(state=Slot.State.DELETING)
    assert (leaving.voice, leaving.name, leaving.remote_id) == (None, before.name, before.remote_id)
    now = timezone.now()
    for instant in (leaving.since, leaving.retry_at, leaving.last_used_at):
        assert abs(instant - now) < timedelta(seconds=10)
    assert eviction.delete_due(now=now, limit=9, deadline=soon()) == 0
    assert eviction.delete_due(now=now + eviction.LONGEST_SYNTHESIS, limit=9, deadline=soon()) == 1
    assert at_the_provider() == {after.name}


def test_without_a_free_place_the_old_clone_leaves_before_the_new_one_is_made() -> None:
    resize(1, deadline=soon())
    voice = make_voice()
    admit(voice, deadline=soon(), pin_seconds=0)
    voice = with_new_recording(voice)
    assert renew(voice, deadline=soon())
    slot = the_slot()
    assert (slot.state, slot.voice_id, slot.revision) == (Slot.State.READY, voice.pk, 2)
    assert slot.since > timezone.now() - timedelta(seconds=20)
    assert [remote.remote_id for remote in get_provider().list(deadline=soon())] == [slot.remote_id]
    assert [build.outcome for build in Build.objects.all()] == [Build.Outcome.MADE] * 2


def test_what_was_warmed_for_a_show_gives_way_to_its_owners_new_recording() -> None:
    resize(1, deadline=soon())
    voice = make_voice()
    warmed = admit(voice, deadline=soon(), pin_seconds=1800)
    voice = with_new_recording(voice)
    assert not renew(voice, deadline=soon())  # it may be speaking at this moment
    build = Build.objects.get(failure="no_place")
    assert (build.outcome, build.finished_at is not None) == (Build.Outcome.NOT_MADE, True)
    Slot.objects.filter(pk=warmed.pk).update(last_used_at=timezone.now() - timedelta(seconds=31))
    assert renew(voice, deadline=soon())
    assert admit(voice, deadline=soon(), pin_seconds=0).revision == 2
    assert len(at_the_provider()) == 1


def test_a_clone_that_the_provider_lost_is_built_again() -> None:
    voice = make_voice()
    lost = admit(voice, deadline=soon(), pin_seconds=30)
    get_provider().delete(lost.remote_id, deadline=soon())
    assert forget_clone(lost)
    slot = admit(voice, deadline=soon(), pin_seconds=30)
    assert at_the_provider() == {slot.name}


def test_without_a_recording_there_is_nothing_to_admit() -> None:
    voice = make_voice()
    voice.sample = None
    with pytest.raises(NoSample):
        admit(voice, deadline=soon(), pin_seconds=30)


def test_nobody_is_cloned_while_cloning_is_off() -> None:
    resident = make_voice()
    admit(resident, deadline=soon(), pin_seconds=0)
    switches.change(cloning=False)
    admit(resident, deadline=soon(), pin_seconds=0)
    with pytest.raises(CloningOff):
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    with pytest.raises(CloningOff):
        renew(with_new_recording(resident), deadline=soon())
    with pytest.raises(CloningOff):
        temporary(make_voice(), deadline=soon()).__enter__()
    assert Build.objects.count() == 1


def test_who_is_allowed_it_is_cloned_though_cloning_is_off() -> None:
    switches.change(cloning=False)
    voice = make_voice()
    voice.cloning = True
    assert admit(voice, deadline=soon(), pin_seconds=0).state == Slot.State.READY


def test_who_waits_for_another_build_gives_up_at_the_deadline() -> None:
    voice = make_voice()
    Slot.objects.filter(number=1).update(state=Slot.State.BUILDING, voice=voice, revision=1)
    with pytest.raises(SlotsBusy, match="still being made") as busy:
        admit(voice, deadline=time.monotonic() + 0.1, pin_seconds=30)
    assert busy.value.retry_after == 2


def test_a_refused_recording_leaves_the_place_free(double: Double) -> None:
    double.script.add("clone", "invalid_content")
    with pytest.raises(BadRecording):
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert Slot.objects.filter(state=Slot.State.FREE).count() == 10
    assert Build.objects.get().outcome == Build.Outcome.NOT_MADE


def test_an_answer_that_got_lost_leaves_the_place_taken_until_it_is_settled(double: Double) -> None:
    double.script.add("clone", "drop", after=True)
    with pytest.raises(OutcomeUnknown):
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert the_slot().state == Slot.State.UNKNOWN
    assert at_the_provider() == {the_slot().name}
    assert Build.objects.get().outcome == Build.Outcome.UNKNOWN


REFUSED = [
    ("503", OutcomeUnknown, Slot.State.UNKNOWN, Build.Outcome.UNKNOWN, "OutcomeUnknown"),
    ("429", ProviderBusy, Slot.State.FREE, Build.Outcome.NOT_MADE, "ProviderBusy"),
    ("voice_limit_reached", SlotsBusy, Slot.State.BLOCKED, Build.Outcome.NOT_MADE, "ProviderFull"),
]


@pytest.mark.parametrize(("fault", "raised", "state", "outcome", "failure"), REFUSED)
def test_a_clone_that_was_not_made_leaves_its_traces(
    double: Double, fault: str, raised: type[Exception], state: str, outcome: str, failure: str
) -> None:
    Slot.objects.update(since=timezone.now() - timedelta(days=1))
    double.script.add("clone", fault)
    voice = make_voice()
    with pytest.raises(raised):
        admit(voice, deadline=soon(), pin_seconds=0)
    slot, build = Slot.objects.order_by("-turn")[0], Build.objects.get()
    unknown = state == Slot.State.UNKNOWN
    assert (slot.state, slot.voice_id, bool(slot.name)) == (state, voice.pk if unknown else None, unknown)
    assert (build.outcome, build.failure) == (outcome, failure)
    for instant in (slot.since, build.finished_at):
        assert abs(instant - timezone.now()) < timedelta(seconds=10)


def test_a_busy_provider_leaves_the_place_free(double: Double) -> None:
    double.script.add("clone", "429")
    with pytest.raises(ProviderBusy):
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert Slot.objects.filter(state=Slot.State.FREE).count() == 10


def test_a_place_that_somebody_took_by_hand_is_blocked(double: Double) -> None:
    for number in range(10):
        double.workspace.add_by_hand(f"Grandpa {number}")
    with pytest.raises(SlotsBusy) as busy:
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert busy.value.retry_after == 30
    assert Slot.objects.filter(state=Slot.State.BLOCKED).count() == 1


def test_nobody_is_evicted_for_a_clone_that_may_not_be_made() -> None:
    resize(1, deadline=soon())
    resident = admit(make_voice(), deadline=soon(), pin_seconds=0)
    grow_cold(resident)
    Account.objects.update(creations_limit=1, creations_used=1, polled_at=timezone.now())
    with pytest.raises(CreationsSpent):
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert at_the_provider() == {resident.name}


def test_while_no_deletion_is_confirmed_nobody_else_has_to_leave(double: Double) -> None:
    resize(3, deadline=soon())
    for _ in range(3):
        grow_cold(admit(make_voice(), deadline=soon(), pin_seconds=0))
    double.script.add("delete", "invalid_api_key", count=50)
    for _ in range(3):
        with pytest.raises(SlotsBusy):
            admit(make_voice(), deadline=soon(), pin_seconds=0)
    states = list(Slot.objects.exclude(state=Slot.State.BLOCKED).values_list("state", flat=True))
    assert sorted(states) == [Slot.State.DELETING, Slot.State.READY, Slot.State.READY]
    refused = Build.objects.filter(outcome=Build.Outcome.NOT_MADE)
    assert [build.failure for build in refused] == ["no_place"] * 3
    assert all(abs(build.finished_at - timezone.now()) < timedelta(seconds=20) for build in refused)


def test_a_lower_capacity_empties_no_more_than_it_must_while_deletions_fail(double: Double) -> None:
    resize(3, deadline=soon())
    for _ in range(3):
        grow_cold(admit(make_voice(), deadline=soon(), pin_seconds=0))
    double.script.add("delete", "invalid_api_key", count=50)
    resize(2, deadline=soon())
    assert Slot.objects.filter(state=Slot.State.READY).count() == 2


def test_without_a_free_place_and_a_creation_the_old_clone_goes_on_speaking() -> None:
    resize(1, deadline=soon())
    voice = make_voice()
    old = admit(voice, deadline=soon(), pin_seconds=0)
    Account.objects.update(creations_limit=1, creations_used=1, polled_at=timezone.now())
    with pytest.raises(CreationsSpent):
        renew(with_new_recording(voice), deadline=soon())
    assert at_the_provider() == {old.name}


def test_a_temporary_clone_is_deleted_whatever_happens() -> None:
    def fail_on_stage() -> None:
        with temporary(make_voice(), deadline=soon()) as place:
            assert [voice.remote_id for voice in get_provider().list(deadline=soon())] == [place.remote_id]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_on_stage()
    assert at_the_provider() == set()
    assert Slot.objects.filter(state=Slot.State.FREE).count() == 10


def test_under_ttl_an_idle_clone_leaves_when_no_place_is_free() -> None:
    resize(2, deadline=soon())
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    switches.change(strategy="ttl")
    grow_cold(slot)
    assert expire_idle(deadline=soon()) == 0
    admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert expire_idle(deadline=soon()) == 1
    assert len(at_the_provider()) == 1


def test_under_ttl_whose_time_is_not_over_stays_when_no_place_is_free() -> None:
    resize(1, deadline=soon())
    switches.change(strategy="ttl", ttl_minutes=120)
    grow_cold(admit(make_voice(), deadline=soon(), pin_seconds=0))
    assert expire_idle(deadline=soon()) == 0
    switches.change(ttl_minutes=30)
    assert expire_idle(deadline=soon()) == 1


def test_a_clone_whose_recording_was_erased_never_speaks_again() -> None:
    voice = make_voice()
    erased = admit(voice, deadline=soon(), pin_seconds=0)
    Voice.objects.filter(pk=voice.pk).update(revision=3, oldest_revision=2)
    voice = Voice.objects.select_related("sample").get(pk=voice.pk)
    slot = admit(voice, deadline=soon(), pin_seconds=0)
    assert slot.revision == 3
    assert slot.remote_id != erased.remote_id


def test_an_idle_clone_stays_until_its_place_is_needed_and_its_owner_takes_it_back(double: Double) -> None:
    switches.change(strategy="ttl")
    voice = make_voice()
    idle = admit(voice, deadline=soon(), pin_seconds=0)
    grow_cold(idle)
    assert expire_idle(deadline=soon()) == 0
    assert admit(voice, deadline=soon(), pin_seconds=0).remote_id == idle.remote_id
    assert double.workspace.creations == 1


def test_a_deletion_that_is_due_is_done_before_anybody_else_has_to_leave(double: Double) -> None:
    resize(2, deadline=soon())
    gone, stays = (admit(make_voice(), deadline=soon(), pin_seconds=0) for _ in range(2))
    for slot in (gone, stays):
        grow_cold(slot)
    double.script.add("delete", "system_busy", count=9)
    with pytest.raises(SlotsBusy):
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    double.script = Script()
    [waiting] = Slot.objects.filter(state=Slot.State.DELETING)
    Slot.objects.filter(pk=waiting.pk).update(retry_at=timezone.now())
    assert admit(make_voice(), deadline=soon(), pin_seconds=0).pk == waiting.pk
    assert Slot.objects.filter(state=Slot.State.READY).count() == 2


def test_a_clone_that_the_provider_refuses_to_delete_does_not_freeze_the_pool(double: Double) -> None:
    resize(2, deadline=soon())
    refused, other = (admit(make_voice(), deadline=soon(), pin_seconds=0) for _ in range(2))
    long_ago = timezone.now() - timedelta(hours=1)
    Slot.objects.filter(pk=refused.pk).update(
        state=Slot.State.DELETING,
        voice=None,
        since=long_ago,
        attempts=5,
        retry_at=timezone.now() + timedelta(minutes=9),
        error="ProviderRefused",
    )
    grow_cold(other)
    assert admit(make_voice(), deadline=soon(), pin_seconds=0).pk == other.pk
