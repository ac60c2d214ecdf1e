"""Write down what was read: people, their recordings, their codes, their clones, in this order.

Every row has an id made from the old one, and every step looks first whether it was taken before: a run may
be broken off anywhere and repeated, and a second one changes nothing. What somebody did in the new system
meanwhile, erasing themselves included, is never undone: the charge of an import outlives its user.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password

from accounts.models import ActivationCode, Charge, Preferences, User
from pool import adoption, capacity
from pool.models import Account, Slot
from thoughtvoice.errors import DomainError
from thoughtvoice.legacy import clones, codes, people, values
from thoughtvoice.legacy.clones import Owned
from thoughtvoice.legacy.codes import Code
from thoughtvoice.legacy.naming import new_id, rivals
from thoughtvoice.legacy.people import Document, NotTaken, Person
from thoughtvoice.legacy.report import Report
from thoughtvoice.legacy.source import Source
from voices import samples
from voices.models import Sample, Voice
from voices.providers import get_provider
from voices.providers.base import ProviderError, RemoteVoice
from voices.rejection import SampleRejected

BATCH = "imported"
LISTING_SECONDS = 30

T = TypeVar("T")
Progress = Callable[[list[T], str], Iterable[T]]
"""Goes through a list and shows how far it is; told what it is a list of."""


class Import:
    def __init__(
        self, source: Source, *, dry: bool, consent: str, progress: Progress[Any], now: datetime
    ) -> None:
        self.report = Report()
        self._source = source
        self._dry = dry
        self._consent = consent
        self._progress = progress
        self._now = now
        self._people: list[Person] = []
        self._known: dict[str, str] = {}
        self._codes: set[str] = set()

    def run(self) -> Report:
        documents = self._source.people()
        self._bring_people(documents)
        self._bring_recordings({values.text(one["_id"]): one["_id"] for one in documents})
        self._bring_codes()
        self._bring_clones()
        return self.report

    # People

    def _bring_people(self, documents: list[Document]) -> None:
        readable = [person for one in documents if (person := self._read_person(one))]
        present = set(User.objects.values_list("pk", flat=True))
        lost = rivals(readable, present=present)
        for person in self._progress(readable, "users"):
            reason = self._lost(lost[person.key]) if person.key in lost else self._bring_person(person)
            if reason:
                self._left("users", person.key, reason)
        for person in self._people:
            self._known |= dict.fromkeys((person.key, person.username, person.email), person.key)

    def _read_person(self, document: Document) -> Person | None:
        try:
            return people.read(document)
        except NotTaken as why:
            self._left("users", document["_id"], str(why))
            return None

    @staticmethod
    def _lost(winner: str) -> str:
        return f"name or address is also that of users {winner}, who was active later"

    def _bring_person(self, person: Person) -> str:
        """Why not; empty if they are here."""
        pk = new_id("users", person.key)
        user = User.objects.filter(pk=pk).first()
        receipt = Charge.objects.filter(pk=new_id("charge", person.key))
        if user is None and receipt.exists():
            return "was erased here since"
        if user is None and User.objects.taken(person.username, person.email):
            return "name or address belongs to somebody else here"
        for note in person.notes:
            self.report.tell("users", person.key, note)
        self.report.count("users", "there" if user else "taken")
        self._people.append(person)
        if not self._dry:
            user = user or self._create(person, pk)
            Preferences.objects.get_or_create(user=user, defaults=dict(person.preferences))
            if not receipt.exists():
                self._charge(person, user)
        return ""

    def _create(self, person: Person, pk: Any) -> User:
        user = User(pk=pk, username=person.username, email=person.email)
        user.password = person.password or make_password(None)
        user.date_joined = person.joined_at or self._now
        user.save(force_insert=True)
        return user

    def _charge(self, person: Person, user: User) -> None:
        """What they spoke counts in the month in which they did, before all that they speak here."""
        Charge.objects.create(
            pk=new_id("charge", person.key),
            user=user,
            number=0,
            characters=person.characters,
            state=Charge.State.SETTLED,
            created_at=person.counted_at or self._now,
        )

    # Recordings

    def _bring_recordings(self, ids: dict[str, Any]) -> None:
        for person in self._progress(self._people, "recordings"):
            user = User.objects.filter(pk=new_id("users", person.key)).first()
            if user and self._was_heard(user):
                self.report.count("recordings", "there")
                for reason in self._rejected_before(user):
                    self.report.tell("recordings", person.key, reason)
            elif sounds := people.sounds(self._source.sounds(ids[person.key])):
                self._bring_sounds(person, user, sounds)

    @staticmethod
    def _was_heard(user: User) -> bool:
        """Accepted to the end, or rejected; whatever became of it since."""
        accepted = Voice.objects.filter(user=user, revision__gt=0).exists()
        return accepted or Sample.objects.filter(user=user, verdict=Sample.Verdict.REJECTED).exists()

    @staticmethod
    def _rejected_before(user: User) -> list[str]:
        if Voice.objects.filter(user=user, revision__gt=0).exists():
            return []
        rejected = Sample.objects.filter(user=user, verdict=Sample.Verdict.REJECTED).first()
        return [_rejection(problem["code"] for problem in rejected.problems)] if rejected else []

    def _bring_sounds(self, person: Person, user: User | None, sounds: list[bytes]) -> None:
        try:
            self._accept(user, sounds, person)
        except SampleRejected as refused:
            self._left("recordings", person.key, _rejection(problem.code for problem in refused.problems))
        except DomainError as refused:
            self._left("recordings", person.key, refused.code)
        else:
            self.report.count("recordings", "taken")

    def _accept(self, user: User | None, sounds: list[bytes], person: Person) -> None:
        if user is None or self._dry:
            samples.try_out(sounds)
            return
        spanish = person.preferences.get("language") == "spanish"
        samples.accept(
            user,
            sounds,
            consent=True,
            version=self._consent,
            language="es" if spanish else "en",
            now=self._now,
        )

    # Codes

    def _bring_codes(self) -> None:
        readable = [(one, code) for one in self._source.codes() if (code := self._read_code(one))]
        readable.sort(key=lambda pair: not pair[1].used)  # of two alike the used one is right
        for document, code in self._progress(readable, "codes"):
            self._bring_code(document, code)

    def _read_code(self, document: Document) -> Code | None:
        try:
            return codes.read(document)
        except NotTaken as why:
            self._left("codes", document["_id"], str(why))
            return None

    def _bring_code(self, document: Document, code: Code) -> None:
        owner = self._known.get(code.used_by)
        if code.used_by and not owner:
            self.report.tell("codes", document["_id"], "was used by nobody we know")
        there = ActivationCode.objects.filter(code=code.code).first()
        if code.code in self._codes or (there and (there.used_at or not code.used)):
            self.report.count("codes", "there")
            return
        used = {
            "used_at": (code.used_at or self._now) if code.used else None,
            "used_by_id": new_id("users", owner) if owner else None,
        }
        self._codes.add(code.code)
        self.report.count("codes", "taken")
        if self._dry:
            return
        if there:
            ActivationCode.objects.filter(pk=there.pk, used_at=None).update(**used)
            return
        ActivationCode.objects.create(
            pk=new_id("codes", code.code), code=code.code, batch=BATCH, note=code.note, **used
        )

    # Clones

    def _bring_clones(self) -> None:
        found = clones.resolve(self._people, self._source.pool(), self._known)
        for remote_id, users in found.shared.items():
            self._left("clones", remote_id, f"is shared by users {', '.join(users)}: nobody's own")
        for remote_id in found.ownerless:
            self._left("clones", remote_id, "its owner is unknown")
        there = self._listed()
        for owned in self._progress(found.owned, "clones"):
            if reason := self._bring_clone(owned, there):
                self._left("clones", owned.remote_id, reason)

    def _listed(self) -> dict[str, tuple[Account, RemoteVoice]]:
        """What the provider has now, by id."""
        listed: dict[str, tuple[Account, RemoteVoice]] = {}
        for account in capacity.accounts():
            try:
                deadline = time.monotonic() + LISTING_SECONDS
                listed |= {
                    voice.remote_id: (account, voice)
                    for voice in get_provider(account.name).list(deadline=deadline)
                }
            except ProviderError as error:
                self.report.tell("clones of account", account.name, f"not listed: {error.code}")
        return listed

    def _bring_clone(self, owned: Owned, there: dict[str, tuple[Account, RemoteVoice]]) -> str:
        """Why not; empty if it is in a slot."""
        if owned.remote_id not in there:
            return f"the provider has none of users {owned.owner}"
        if Slot.objects.filter(remote_id=owned.remote_id).exists():
            self.report.count("clones", "there")
            return ""
        voice = Voice.objects.filter(user_id=new_id("users", owned.owner)).select_related("sample").first()
        if voice is None or voice.sample is None:
            return f"users {owned.owner} has no recording to make it from again"
        if voice.revision > 1:
            return f"users {owned.owner} has recorded anew since"
        account, remote = there[owned.remote_id]
        if not self._dry and not adoption.adopt(
            voice, remote, account, used_at=min(owned.used_at, self._now), now=self._now
        ):
            return f"no place is free for users {owned.owner}"
        self.report.count("clones", "taken")
        return ""

    def _left(self, kind: str, key: object, reason: str) -> None:
        self.report.count(kind, "left")
        self.report.tell(kind, key, reason)


def _rejection(codes: Iterable[str]) -> str:
    return f"rejected: {', '.join(codes)}"
