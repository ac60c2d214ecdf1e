"""Clones from before our time become ours: they speak, count, and leave like any other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pool import adoption, capacity, eviction, reconciliation
from pool.capacity import resize
from pool.models import Account, Build, Slot
from pool.tests.factories import RECORDING, make_voice, soon
from voices.models import Voice
from voices.providers import get_provider
from voices.providers.base import RemoteVoice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def voice() -> Voice:
    return make_voice()


@pytest.fixture
def account() -> Account:
    return Account.objects.get()


@pytest.fixture
def made_by_hand() -> RemoteVoice:
    get_provider().clone([RECORDING], name="Alice, take 2", labels={}, deadline=soon())
    [clone] = get_provider().list(deadline=soon())
    return clone


def adopt(voice: Voice, clone: RemoteVoice, account: Account) -> Slot | None:
    now = timezone.now()
    return adoption.adopt(voice, clone, account, used_at=now - timedelta(days=1), now=now)


def test_reconciliation_knows_it_by_its_id(voice: Voice, made_by_hand: RemoteVoice, account: Account) -> None:
    slot = adopt(voice, made_by_hand, account)
    Slot.objects.update(since=timezone.now() - timedelta(days=1))
    drift = reconciliation.reconcile(account, repair=True, deadline=soon())
    assert not any(drift.counts().values())
    assert Slot.objects.get(state=Slot.State.READY) == slot


def test_one_that_vanishes_at_the_provider_frees_its_slot(
    voice: Voice, made_by_hand: RemoteVoice, account: Account
) -> None:
    adopt(voice, made_by_hand, account)
    Slot.objects.update(since=timezone.now() - timedelta(days=1))
    get_provider().delete(made_by_hand.remote_id, deadline=soon())
    assert len(reconciliation.reconcile(account, repair=True, deadline=soon()).missing) == 1
    assert not Slot.objects.exclude(state=Slot.State.FREE).exists()


def test_it_is_evicted_and_deleted_like_any_other(
    voice: Voice, made_by_hand: RemoteVoice, account: Account
) -> None:
    slot = adopt(voice, made_by_hand, account)
    assert slot
    assert eviction.evict(slot, reason="room", now=timezone.now(), deadline=soon())
    assert list(get_provider().list(deadline=soon())) == []


def test_making_it_again_is_no_first_creation(
    voice: Voice, made_by_hand: RemoteVoice, account: Account
) -> None:
    adopt(voice, made_by_hand, account)
    build = Build.objects.get(voice=voice)
    assert (build.first, build.outcome) == (True, "made")
    assert build.started_at == pytest.approx(made_by_hand.created_at, abs=timedelta(milliseconds=1))


def test_a_place_that_it_blocked_itself_is_its_own(
    voice: Voice, made_by_hand: RemoteVoice, account: Account
) -> None:
    """The provider sells one place, which this clone has had since before our time."""
    Account.objects.update(voice_limit=1, foreign_voices=1)
    account.refresh_from_db()
    capacity.fit(account, deadline=soon())
    assert not Slot.objects.exclude(state=Slot.State.BLOCKED).exists()
    assert adopt(voice, made_by_hand, account)
    reconciliation.reconcile(account, repair=True, deadline=soon())
    assert Slot.objects.exclude(state=Slot.State.BLOCKED).get().voice == voice


def test_the_capacity_is_not_passed(voice: Voice, made_by_hand: RemoteVoice, account: Account) -> None:
    resize(0, deadline=soon())
    assert adopt(voice, made_by_hand, account) is None


def test_a_voice_has_one_slot(voice: Voice, made_by_hand: RemoteVoice, account: Account) -> None:
    assert adopt(voice, made_by_hand, account)
    assert adopt(voice, made_by_hand, account) is None
    assert Build.objects.count() == 1
