"""The old system's people, brought along from a real MongoDB."""

import time
import uuid
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pymongo
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pymongo.database import Database

from accounts import quota
from accounts.models import ActivationCode, Charge, Preferences, User
from conftest import App
from perform import erasure
from pool import jobs
from pool.models import Slot
from thoughtvoice.legacy.naming import new_id
from thoughtvoice.tests import clean_slate, old_system
from voices.models import Consent, Sample, Voice
from voices.providers import get_provider

pytestmark = pytest.mark.django_db(transaction=True)

HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "accounts.old_passwords.OldBcrypt",
]
EVERY_MESS = [*old_system.SILENT, *old_system.WITH_SOUND, *old_system.SILENT, *old_system.SILENT]


@pytest.fixture
def database(a_mongodb: str) -> Iterator[Database[Any]]:
    name = f"old_system_{uuid.uuid4().hex[:8]}"
    with pymongo.MongoClient[Any](a_mongodb) as client:
        yield client[name]
        client.drop_database(name)


@pytest.fixture
def clone(settings, recording: bytes) -> str:
    """One that the provider made for the old system."""
    deadline = time.monotonic() + 60
    return get_provider().clone([recording], name="performer 7", labels={}, deadline=deadline)


@pytest.fixture
def bring(database: Database[Any], a_mongodb: str):
    def run(*options: str) -> str:
        out = StringIO()
        call_command("importlegacy", "--uri", a_mongodb, "--database", database.name, *options, stdout=out)
        return out.getvalue()

    return run


def counted(report: str) -> Counter[str]:
    """The report's sums as kind/outcome → how many."""
    counts: Counter[str] = Counter()
    for line in report.splitlines()[:4]:
        kind, _, sums = line.partition(": ")
        for one in sums.split(", "):
            number, outcome = one.split()
            counts[f"{kind}/{outcome}"] = int(number)
    return counts


def everything() -> dict[str, list[dict[str, Any]]]:
    return {
        model.__name__: sorted(model._base_manager.values(), key=repr)
        for model in clean_slate.tables()
        if model._meta.app_label in {"accounts", "voices", "pool"}
    }


def test_everybody_is_brought_along_who_can_be_and_a_second_run_changes_nothing(
    database: Database[Any], clone: str, bring
) -> None:
    old = old_system.fill(database, EVERY_MESS, clones=[clone])
    source = database.command("dbHash")["md5"]
    report = bring()
    assert counted(report) == old.expected
    assert User.objects.count() == old.expected["users/taken"]
    assert Sample.objects.filter(verdict="used").count() == old.expected["recordings/taken"]
    assert ActivationCode.objects.count() == old.expected["codes/taken"]
    assert Slot.objects.filter(state="ready").count() == old.expected["clones/taken"] == 1
    assert set(Consent.objects.values_list("version", flat=True)) == {"old-app"}

    brought = everything()
    again = bring()
    assert everything() == brought
    assert again.splitlines()[4:] == report.splitlines()[4:]
    assert not any(outcome.endswith("/taken") for outcome in counted(again))
    assert database.command("dbHash")["md5"] == source


def test_a_dry_run_tells_the_same_and_writes_nothing(database: Database[Any], bring) -> None:
    old = old_system.fill(
        database, [*old_system.SILENT, old_system.a_recording, old_system.a_broken_recording]
    )
    empty = everything()
    report = bring("--dry-run")
    assert counted(report) == old.expected
    assert everything() == empty
    assert bring() == report


def test_people_sign_in_with_their_old_password_which_is_then_hashed_anew(
    database: Database[Any], bring, settings
) -> None:
    settings.PASSWORD_HASHERS = HASHERS
    old = old_system.fill(database, old_system.SILENT[:8])
    bring()
    for name, password in old.signs_in.items():
        signed_in = App().post_json("/auth/login", {"username": name, "password": password})
        assert signed_in.status_code == 200, name
        assert User.objects.get(pk=signed_in.json()["user"]["user_id"]).password.startswith("argon2")
        refused = App().post_json("/auth/login", {"username": name, "password": password[:-80] or "no"})
        assert refused.status_code == 401


def test_settings_characters_and_codes_are_as_they_were(database: Database[Any], bring) -> None:
    old = old_system.fill(database, old_system.SILENT)
    bring()
    older, as_text, by_mail = (new_id("users", str(old.users[number]["_id"])) for number in (1, 2, 7))
    preferences = Preferences.objects.get(user=older)
    assert (preferences.language, preferences.sex, preferences.add_background_sound) == (
        "spanish",
        "male",
        True,
    )
    assert (preferences.stability, preferences.voice_similarity, preferences.background_volume) == (
        0.45,
        0.8,
        0.3,
    )
    assert Charge.objects.get(user=as_text).characters == 95
    assert quota.usage(User.objects.get(pk=older), now=old_system.NOON).used == 120
    assert User.objects.get(pk=by_mail).username == "performer7@example.org"
    code = ActivationCode.objects.get(code="OLD00000002")
    assert (code.used_by_id, code.used_at, code.note) == (
        as_text,
        old_system.LAST_YEAR,
        "used to reset a password",
    )
    assert ActivationCode.objects.get(code="FREE2345678").used_at is None


@pytest.mark.parametrize(
    "mess",
    [
        old_system.a_clone_of_their_own,
        old_system.a_clone_in_the_older_pool,
        old_system.a_clone_in_the_newer_pool,
    ],
)
def test_a_clone_that_is_kept_speaks_and_the_pool_takes_it_for_its_own(
    mess, database: Database[Any], clone: str, bring
) -> None:
    old_system.fill(database, [mess], clones=[clone])
    bring()
    Slot.objects.filter(state="ready").update(since=old_system.LAST_YEAR)
    assert jobs.reconcile() == "agreed"
    slot = Slot.objects.select_related("voice__user").get(state="ready")
    app = App(slot.voice.user)  # type: ignore[union-attr]
    body = {"routine_type": "cards", "value": "queen of hearts", "voice": "own"}
    answer = app.post_json("/perform", body)
    assert (answer.status_code, answer.json()["voiceSource"]) == (200, "pooled")
    slot.refresh_from_db()
    assert slot.remote_id == clone


def test_a_run_that_was_broken_off_is_completed_by_the_next(
    database: Database[Any], bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(BaseException):
        pass

    def cut(*_: Any, **__: Any) -> None:
        raise PowerCut

    old = old_system.fill(database, [*old_system.SILENT, old_system.a_recording])
    for step in ("accounts.models.Charge.objects.create", "voices.models.Consent.objects.create"):
        with monkeypatch.context() as patch:
            patch.setattr(step, cut)
            with pytest.raises(PowerCut):
                bring()
    assert User.objects.count() == old.expected["users/taken"]
    bring()
    assert User.objects.count() == Charge.objects.count() == old.expected["users/taken"]
    assert Voice.objects.exclude(sample=None).count() == 1
    assert not any(outcome.endswith("/taken") for outcome in counted(bring()))


def test_nobody_returns_who_was_erased_here(database: Database[Any], bring) -> None:
    old_system.fill(database, [old_system.as_it_should_be])
    bring()
    User.objects.update(erase_requested_at=old_system.LAST_YEAR)
    assert erasure.erase(User.objects.get(), now=timezone.now())
    assert "was erased here since" in bring()
    assert not User.objects.exists()


def test_a_name_that_somebody_has_here_stays_theirs(database: Database[Any], make_user, bring) -> None:
    make_user("Performer0")
    old_system.fill(database, [old_system.as_it_should_be])
    assert "name or address belongs to somebody else here" in bring()
    assert User.objects.get().username == "Performer0"


def test_what_somebody_changed_here_stays_so(database: Database[Any], bring) -> None:
    old_system.fill(database, [old_system.older_settings])
    bring()
    Preferences.objects.update(language="english")
    User.objects.update(password="changed")
    bring()
    assert (Preferences.objects.get().language, User.objects.get().password) == ("english", "changed")


def test_a_database_that_does_not_answer_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thoughtvoice.legacy.source.WAIT_MS", 50)
    with pytest.raises(CommandError, match="cannot be read: ServerSelectionTimeoutError"):
        call_command("importlegacy", "--uri", "mongodb://127.0.0.1:9/", "--database", "x")
