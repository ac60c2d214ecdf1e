"""The whole protocol against the double, whatever fails and wherever a process dies.

A process that is killed stops at a remote call, before it was sent or after it took effect: nothing after
that line runs, so what stands in the rows then is what a kill -9 leaves behind. After every step no limit
may be broken; after an hour and two reconciliations rows and provider must agree.
"""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from pool import admission, capacity, eviction, reconciliation
from pool.models import Account, Build, RememberedHabit, Slot
from pool.tests.factories import give_sample, make_voice
from thoughtvoice.double import Double
from thoughtvoice.double.faults import Script
from thoughtvoice.double.state import Settings
from thoughtvoice.errors import DomainError
from voices import providers
from voices.models import Voice
from voices.providers.base import Account as Plan
from voices.providers.base import Delivery, Provider, RemoteVoice

PLACES = 3


def soon() -> float:
    """Long enough for a call, short enough not to wait for another."""
    return time.monotonic() + 0.4


PEOPLE = 5
PATIENCE = 10.0
"""At the end nothing fails any more, however busy the machine is."""

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process is dead. No `except Exception` of ours may see it."""


class Mortal(Provider):
    """A provider whose caller is killed at its next call: `before` it is sent or `after` it took effect."""

    name = "mortal"

    def __init__(self, real: Provider) -> None:
        self.real = real
        self.dies = ""

    def _step(self, moment: str) -> None:
        if self.dies == moment:
            self.dies = ""
            raise Killed

    def clone(
        self, recordings: Sequence[bytes], *, name: str, labels: Mapping[str, str], deadline: float
    ) -> str:
        self._step("before")
        remote_id = self.real.clone(recordings, name=name, labels=labels, deadline=deadline)
        self._step("after")
        return remote_id

    def delete(self, remote_id: str, *, deadline: float) -> None:
        self._step("before")
        self.real.delete(remote_id, deadline=deadline)
        self._step("after")

    def list(self, *, deadline: float) -> Iterator[RemoteVoice]:
        self._step("before")
        return self.real.list(deadline=deadline)

    def speak(
        self, text: str, *, remote_id: str | None, delivery: Delivery, deadline: float
    ) -> Iterator[bytes]:
        return self.real.speak(text, remote_id=remote_id, delivery=delivery, deadline=deadline)

    def account(self, *, deadline: float) -> Plan:
        return self.real.account(deadline=deadline)


@pytest.fixture
def mortal(on_the_double: Double, monkeypatch: pytest.MonkeyPatch) -> Mortal:
    mortal = Mortal(providers.get_provider())
    for module in (admission, eviction, reconciliation):
        monkeypatch.setattr(module, "get_provider", lambda account="default": mortal)
    return mortal


class World:
    """Five people, three places, two of which somebody else may take, and all that can go wrong."""

    def __init__(self, double: Double, mortal: Mortal, people: list[Voice]) -> None:
        self.double, self.mortal, self.people = double, mortal, people
        self.by_hand: list[str] = []
        double.reset(Settings(voice_limit=PLACES + 1, creations_limit=None))
        mortal.dies = ""
        for model in (Build, RememberedHabit, Slot):
            model.objects.all().delete()
        account = capacity.accounts()[0]
        Account.objects.filter(pk=account.pk).update(voice_limit=PLACES + 1, foreign_voices=0)
        capacity.resize(PLACES, deadline=soon())
        for voice in people:
            Voice.objects.filter(pk=voice.pk).update(revision=1)
            if voice.sample is None:
                give_sample(voice)

    def person(self, number: int) -> Voice:
        return Voice.objects.select_related("sample").get(pk=self.people[number].pk)

    def perform(self, number: int) -> None:
        admission.admit(self.person(number), deadline=soon(), pin_seconds=0)

    def on_stage(self, number: int) -> None:
        admission.admit(self.person(number), deadline=soon(), pin_seconds=600)

    def record_again(self, number: int) -> None:
        voice = self.person(number)
        Voice.objects.filter(pk=voice.pk).update(revision=voice.revision + 1)
        admission.renew(self.person(number), deadline=soon())

    def without_pool(self, number: int) -> None:
        with admission.temporary(self.person(number), deadline=soon()):
            pass

    def withdraw(self, number: int) -> None:
        eviction.discard(self.person(number), now=timezone.now(), deadline=soon())

    def evict(self, number: int) -> None:
        slot = Slot.objects.filter(voice=self.people[number]).select_related("account").first()
        if slot:
            eviction.evict(slot, reason="staff", now=timezone.now(), deadline=soon())

    def lose(self, number: int) -> None:
        """Somebody deletes one of our clones by hand."""
        if ours := self.ours():
            self.double.workspace.delete(ours[number % len(ours)].voice_id, event="deleted_by_hand")

    def somebody_else(self, number: int) -> None:
        """Somebody makes a voice by hand, or deletes theirs."""
        if self.by_hand:
            self.double.workspace.delete(self.by_hand.pop(), event="deleted_by_hand")
        elif len(self.double.workspace.voices) < PLACES + 1:
            self.by_hand.append(self.double.workspace.add_by_hand("Grandpa").voice_id)

    def reconcile(self, number: int, *, seconds: float = 0.4) -> None:
        [account] = capacity.accounts()
        reconciliation.reconcile(account, repair=True, deadline=time.monotonic() + seconds)

    def an_hour_passes(self, number: int) -> None:
        an_hour = timedelta(hours=1)
        for slot in Slot.objects.all():
            Slot.objects.filter(pk=slot.pk).update(
                since=slot.since - an_hour,
                last_used_at=slot.last_used_at - an_hour,
                pinned_until=slot.pinned_until - an_hour,
                retry_at=slot.retry_at - an_hour,
            )
        self.double.workspace.grow_old(seconds=3600)

    def ours(self) -> list:
        return [v for v in self.double.workspace.voices if v.name.startswith(admission.MARK)]

    def check(self) -> None:
        ours = self.ours()
        assert len(ours) <= PLACES
        assert len(self.double.workspace.voices) <= PLACES + 1
        assert all(v in {w.voice_id for w in self.double.workspace.voices} for v in self.by_hand)
        ready = Slot.objects.filter(state=Slot.State.READY, voice__isnull=False)
        assert ready.values("voice").distinct().count() == ready.count()

    def settle(self) -> None:
        for _ in range(3):
            self.an_hour_passes(0)
            self.reconcile(0, seconds=PATIENCE)
        [account] = capacity.accounts()
        deadline = time.monotonic() + PATIENCE
        drift = reconciliation.reconcile(account, repair=False, deadline=deadline).counts()
        assert {**drift, "foreign": 0} == dict.fromkeys(drift, 0)
        ready = Slot.objects.filter(state=Slot.State.READY)
        assert {v.name for v in self.ours()} == set(ready.values_list("name", flat=True))
        assert {v.voice_id for v in self.ours()} == set(ready.values_list("remote_id", flat=True))
        occupied = Slot.objects.exclude(state__in=[Slot.State.FREE, Slot.State.BLOCKED, Slot.State.READY])
        assert [(slot.number, slot.state, slot.error) for slot in occupied] == []


ACTIONS = (
    *("perform", "on_stage", "record_again", "without_pool", "withdraw", "evict", "lose"),
    *("somebody_else", "reconcile", "an_hour_passes"),
)
TROUBLE = (
    *("none", "none", "killed before", "killed after", "clone drop after", "clone 502", "clone 429"),
    *("delete 502", "delete drop after", "clone voice_limit_reached", "list 502", "clone half_json after"),
)


def step() -> st.SearchStrategy[tuple[str, int, str]]:
    return st.tuples(st.sampled_from(ACTIONS), st.integers(0, PEOPLE - 1), st.sampled_from(TROUBLE))


@pytest.fixture
def people(db: None) -> list[Voice]:
    return [make_voice(f"person{number}") for number in range(PEOPLE)]


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(step(), min_size=1, max_size=14))
def test_no_limit_is_ever_broken_and_everything_is_settled(
    mortal: Mortal, double: Double, people: list[Voice], steps: list[tuple[str, int, str]]
) -> None:
    note(f"{steps}")
    world = World(double, mortal, people)
    for action, number, trouble in steps:
        meet(world, trouble)
        with contextlib.suppress(Killed, DomainError):
            getattr(world, action)(number)
        calm(world)
        world.check()
    world.settle()


def meet(world: World, trouble: str) -> None:
    if trouble.startswith("killed"):
        world.mortal.dies = trouble.removeprefix("killed ")
    elif trouble != "none":
        operation, kind, *after = trouble.split()
        world.double.script.add(operation, kind, count=5, after=bool(after))


def calm(world: World) -> None:
    world.mortal.dies = ""
    world.double.script = Script()
