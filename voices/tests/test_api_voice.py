import hashlib
from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from conftest import App
from pool import jobs, switches
from pool.models import Account, Build, Link, Slot
from thoughtvoice.tests.queue import queued
from voices.models import Consent, Sample, Voice
from voices.providers import get_provider
from voices.tests.uploading import recording, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_samples")]

NOTHING = {
    "state": "none",
    "has_sample": False,
    "revision": 0,
    "speaking_revision": None,
    "building": False,
    "progress": "none",
    "cloning_allowed": True,
    "recorded_at": None,
    "seconds": None,
    "quality": None,
    "history": [],
}


def build() -> None:
    jobs.build(str(Voice.objects.get().pk))


def states(app: App) -> tuple[object, ...]:
    voice = app.get("/user/voice").json()
    return voice["state"], voice["progress"], voice["revision"], voice["speaking_revision"]


def test_who_has_not_recorded_has_no_voice(as_alice: App) -> None:
    assert as_alice.get("/user/voice").json() == NOTHING


def test_a_recording_is_built_and_speaks(as_alice: App) -> None:
    assert send(as_alice, recording()).json()["voice"]["building"]
    assert states(as_alice) == ("none", "building", 1, None)
    Slot.objects.filter(number=1).update(state=Slot.State.BUILDING, voice=Voice.objects.get(), revision=1)
    assert states(as_alice) == ("none", "building", 1, None)
    Slot.objects.filter(number=1).update(state=Slot.State.FREE, voice=None)
    build()
    assert states(as_alice) == ("pooled", "ready", 1, 1)


def test_until_the_new_clone_is_there_the_old_one_is_named(as_alice: App) -> None:
    send(as_alice, recording())
    build()
    send(as_alice, recording("it_m_carlo_1"))
    assert states(as_alice) == ("pooled", "building", 2, 1)


def test_a_build_that_failed_or_that_nobody_began_is_waited_for_no_longer(as_alice: App) -> None:
    send(as_alice, recording())
    account = Slot.objects.first().account
    failed = Build.objects.create(account=account, voice=Voice.objects.get(), first=True, outcome="not_made")
    assert states(as_alice) == ("none", "waiting", 1, None)
    failed.delete()
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert states(as_alice) == ("none", "waiting", 1, None)


def test_a_clone_of_what_was_erased_is_never_named(as_alice: App) -> None:
    send(as_alice, recording())
    build()
    as_alice.delete("/user/voice")
    assert states(as_alice) == ("none", "none", 2, None)
    send(as_alice, recording("it_m_carlo_1"))
    assert states(as_alice) == ("none", "building", 3, None)


def test_a_clone_in_an_account_that_was_lost_is_never_named(as_alice: App) -> None:
    send(as_alice, recording())
    build()
    Account.objects.update(name="an account of which the key is gone")
    assert states(as_alice)[0] == "none"


def test_another_account_of_the_same_person_speaks_with_the_same_clone(as_alice: App, as_bob: App) -> None:
    send(as_alice, recording())
    build()
    send(as_bob, recording())
    assert states(as_bob)[0] == "none"
    lender, borrower = (Voice.objects.get(user__username=name) for name in ("alice", "bob"))
    Link.objects.create(voice=borrower, speaks_as=lender, reason="told us at the counter")
    switches.change(sharing=True)
    assert states(as_bob) == ("pooled", "ready", 1, 1)
    Voice.objects.filter(pk=lender.pk).update(revision=3)
    assert states(as_bob) == ("pooled", "building", 1, 0)


def test_quality_is_told_with_its_figures(as_alice: App) -> None:
    send(as_alice, recording())
    quality = as_alice.get("/users/me/voice/meta").json()["quality"]
    assert 0 < quality["score"] <= 100
    assert quality["measurements"]["snr_db"] > 20


def test_looking_at_a_voice_costs_as_much_after_many_uploads(
    as_alice: App, django_assert_num_queries
) -> None:
    for name in ("en_f_allison_1", "it_m_carlo_1", "es_f_allison_1"):
        send(as_alice, recording(name))
        with django_assert_num_queries(5):  # device with user and preferences, voice, slot, builds, history
            as_alice.get("/user/voice")


def test_the_owner_gets_the_recording_back(as_alice: App) -> None:
    sample = send(as_alice, recording()).json()["sample"]
    answer = as_alice.get("/users/me/voice/source", headers={"Accept": "audio/flac"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/flac")
    assert hashlib.sha256(answer.content).hexdigest() == sample["sample_hash"]
    assert answer["ETag"] == f'"{sample["sample_hash"]}"'


def test_the_owner_may_have_a_part_of_it(as_alice: App) -> None:
    send(as_alice, recording())
    whole = as_alice.get("/users/me/voice/source").content
    part = as_alice.get("/users/me/voice/source", headers={"Range": "bytes=4-99"})
    assert (part.status_code, part.content) == (206, whole[4:100])
    assert part["Content-Range"] == f"bytes 4-99/{len(whole)}"


def test_a_part_beyond_its_end_is_a_problem(as_alice: App) -> None:
    send(as_alice, recording())
    length = len(as_alice.get("/users/me/voice/source").content)
    answer = as_alice.get("/users/me/voice/source", headers={"Range": f"bytes={length}-"})
    assert (answer.status_code, answer["Content-Type"]) == (416, "application/problem+json")
    assert answer["Content-Range"] == f"bytes */{length}"
    assert answer.json()["code"] == "range_not_satisfiable"


def test_who_has_not_recorded_has_nothing_to_get_back(as_alice: App) -> None:
    assert as_alice.get("/users/me/voice/source").status_code == 404


def test_a_lost_recording_is_told(as_alice: App) -> None:
    send(as_alice, recording())
    default_storage.delete(Sample.objects.get().audio.name)
    answer = as_alice.get("/users/me/voice/source")
    assert (answer.status_code, answer.json()["code"]) == (409, "voice_required")


@pytest.mark.parametrize("end", ["", "/meta", "/source"])
def test_nobody_reaches_anothers_voice(end: str, as_alice: App, as_bob: App, alice: User) -> None:
    send(as_alice, recording())
    for name in (alice.pk, "00000000-0000-4000-8000-000000000000"):
        assert as_bob.get(f"/users/{name}/voice{end}").status_code == 404
    assert as_bob.delete(f"/users/{alice.pk}/voice").status_code == 404
    assert send(as_bob, recording(), path=f"/users/{alice.pk}/voice").status_code == 404
    assert Sample.objects.get().user == alice


def test_erasing_leaves_no_recording_no_figure_and_no_consent(as_alice: App, alice: User) -> None:
    send(as_alice, recording())
    send(as_alice, recording("it_m_carlo_1"))
    paths = [sample.audio.name for sample in Sample.objects.all()]
    assert as_alice.delete("/user/voice").status_code == 204
    assert [default_storage.exists(path) for path in paths] == [False, False]
    assert not Sample.objects.exists()
    assert not Consent.objects.filter(user=alice, withdrawn_at=None).exists()
    assert Consent.objects.filter(user=alice).count() == 2
    assert {**as_alice.get("/user/voice").json(), "revision": 0} == NOTHING


def test_erasing_takes_the_clone_along(as_alice: App) -> None:
    send(as_alice, recording())
    build()
    Slot.objects.filter(state=Slot.State.READY).update(last_used_at=timezone.now() - timedelta(hours=1))
    as_alice.delete("/user/voice")
    (discard, arguments), (forget, _) = queued()[-2:]
    assert (discard, forget) == ("pool.jobs.discard", "perform.jobs.forget_spoken")
    assert jobs.discard(*arguments) == "discarded"
    assert list(get_provider().list(deadline=float("inf"))) == []


def test_a_late_discard_leaves_a_newer_recording_alone(as_alice: App) -> None:
    send(as_alice, recording())
    as_alice.delete("/user/voice")
    send(as_alice, recording())
    build()
    assert jobs.discard(str(Voice.objects.get().pk)) == "nothing to discard"
    assert states(as_alice) == ("pooled", "ready", 3, 3)


def test_erasing_nothing_and_erasing_twice_are_fine(as_alice: App) -> None:
    assert [as_alice.delete("/user/voice").status_code for _ in range(2)] == [204, 204]
