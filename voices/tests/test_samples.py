"""What becomes of a voice when recordings are sent, through HTTP."""

import pytest

from accounts.models import User
from conftest import App
from thoughtvoice.tests.queue import queued
from voices import cloning
from voices.models import Consent, Sample, Voice
from voices.quality import Thresholds
from voices.samples import thresholds
from voices.tests.sounds import encoded, noise, over, spoken
from voices.tests.uploading import recording, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_samples")]

CARLO = "it_m_carlo_1"


def noisy(name: str = "en_f_allison_1") -> bytes:
    voice = spoken(name, seconds=8.0)
    return encoded(over(voice, noise(voice), db=3), "flac")


def verdicts(answer) -> list[str]:
    return [each["verdict"] for each in answer.json()["verdict"]["recordings"]]


def test_a_first_recording_makes_the_first_revision_and_begins_the_clone(as_alice: App) -> None:
    answer = send(as_alice, recording())
    assert answer.status_code == 201
    voice = answer.json()["voice"]
    assert (voice["revision"], voice["building"], voice["progress"]) == (1, True, "building")
    assert queued() == [("pool.jobs.build", (str(Voice.objects.get().pk),))]


def test_another_recording_supersedes(as_alice: App) -> None:
    first = send(as_alice, recording()).json()["sample"]["id"]
    answer = send(as_alice, recording(CARLO))
    assert (answer.status_code, answer.json()["voice"]["revision"]) == (201, 2)
    assert answer.json()["sample"]["id"] != first
    old, new = Sample.objects.order_by("created_at")
    assert old.superseded_at is not None
    assert new.superseded_at is None
    assert old.audio.storage.exists(old.audio.name)


@pytest.mark.parametrize("form", ["flac", "m4a", "mp3", "webm of a browser"])
def test_the_same_recording_in_another_coat_changes_nothing(form: str, as_alice: App) -> None:
    first = send(as_alice, recording()).json()
    answer = send(as_alice, recording(form=form))
    assert (answer.status_code, answer.json()["same_recording"]) == (200, True)
    assert answer.json()["voice"]["revision"] == 1
    assert answer.json()["sample"]["id"] == first["sample"]["id"]
    assert verdicts(answer) == ["repeated"]
    assert Sample.objects.exclude(audio="").count() == 1


def test_who_returns_to_an_older_recording_gets_it(as_alice: App) -> None:
    for name in ("en_f_allison_1", CARLO, "en_f_allison_1"):
        answer = send(as_alice, recording(name))
    assert (answer.status_code, answer.json()["voice"]["revision"]) == (201, 3)


def test_after_an_erasure_the_same_recording_is_a_new_one(as_alice: App) -> None:
    send(as_alice, recording())
    as_alice.delete("/user/voice")
    answer = send(as_alice, recording())
    assert (answer.status_code, answer.json()["voice"]["revision"]) == (201, 3)


def test_the_best_of_several_go_to_the_clone(as_alice: App, alice: User, settings) -> None:
    settings.MAX_CLONE_SAMPLES = 2
    names = ["en_f_allison_1", CARLO, "es_f_allison_1"]
    answer = send(as_alice, *[recording(name) for name in names], noisy("ru_f_ivrvoice_1"))
    assert answer.status_code == 201
    recordings = answer.json()["verdict"]["recordings"]
    usable = sorted((r for r in recordings if r["verdict"] != "rejected"), key=lambda r: -r["score"])
    assert [r["verdict"] for r in usable] == ["used", "used", "spare"]
    assert verdicts(answer)[3] == "rejected"
    assert recordings[3]["reasons"][0]["code"] == "too_noisy"
    assert answer.json()["sample"]["score"] == usable[0]["score"]
    assert len(cloning.recordings(Voice.objects.select_related("sample").get(user=alice))) == 2


def test_one_recording_sent_twice_at_once_is_used_once(as_alice: App) -> None:
    assert sorted(verdicts(send(as_alice, recording(), recording(form="m4a")))) == ["spare", "used"]


def test_several_recordings_again_are_the_same(as_alice: App) -> None:
    send(as_alice, recording(), recording(CARLO))
    again = send(as_alice, recording(CARLO, "m4a"), recording(form="m4a"))
    assert (again.status_code, verdicts(again)) == (200, ["repeated", "repeated"])


def test_one_recording_more_is_not_the_same(as_alice: App) -> None:
    send(as_alice, recording())
    answer = send(as_alice, recording(), recording(CARLO))
    assert (answer.status_code, verdicts(answer)) == (201, ["used", "used"])


def test_if_none_of_several_can_be_used_all_are_told_why(as_alice: App) -> None:
    answer = send(as_alice, noisy(), b"#EXTM3U\n")
    assert (answer.status_code, answer.json()["code"]) == (422, "sample_rejected")
    assert [reasons[0]["code"] for reasons in answer.json()["recordings"]] == ["too_noisy", "not_audio"]
    assert not Voice.objects.exists()


def test_a_rejection_speaks_the_language_of_the_speaker(as_alice: App) -> None:
    as_alice.patch_json("/user/settings", {"language": "spanish"})
    reason = send(as_alice, noisy()).json()["reasons"][0]
    assert (reason["code"], reason["severity"]) == ("too_noisy", "reject")
    assert reason["message"].startswith("Acércate al micrófono: tu voz está solo")


def test_a_warning_comes_with_the_acceptance(as_alice: App) -> None:
    answer = send(as_alice, recording(form="amr"))
    assert answer.status_code == 201
    [warning] = [each for each in answer.json()["verdict"]["warnings"] if each["code"] == "muffled"]
    assert warning["severity"] == "warn"
    assert warning["message"].startswith("The recording ends at")


def test_a_rejected_recording_leaves_figures_and_no_sound(as_alice: App) -> None:
    send(as_alice, noisy())
    kept = Sample.objects.get()
    assert (kept.verdict, kept.audio.name, bytes(kept.fingerprint)) == ("rejected", "", b"")
    assert kept.measurements["snr_db"] < 15
    assert kept.problems[0]["code"] == "too_noisy"


def test_a_rejected_recording_leaves_the_voice_as_it_was(as_alice: App) -> None:
    before = send(as_alice, recording()).json()["sample"]["id"]
    assert send(as_alice, noisy()).status_code == 422
    voice = as_alice.get("/user/voice").json()
    assert (voice["revision"], voice["has_sample"]) == (1, True)
    assert [past["verdict"] for past in voice["history"]] == ["rejected", "used"]
    assert str(Voice.objects.get().sample_id) == before


def test_without_consent_nothing_is_kept(as_alice: App) -> None:
    answer = send(as_alice, recording(), consent="false")
    assert (answer.status_code, answer.json()["code"]) == (422, "consent_required")
    assert not Sample.objects.exists()


def test_a_consent_names_the_recording_that_it_was_given_for(as_alice: App, alice: User) -> None:
    sample = send(as_alice, recording()).json()["sample"]
    consent = Consent.objects.get(user=alice)
    assert (consent.sample_hash, consent.withdrawn_at) == (sample["sample_hash"], None)


def test_the_thresholds_of_the_settings_are_the_judges() -> None:
    assert set(vars(thresholds())) == set(vars(Thresholds()))


def test_a_threshold_can_be_set(as_alice: App, settings) -> None:
    settings.SAMPLE_THRESHOLDS = {**settings.SAMPLE_THRESHOLDS, "least_snr_db": 79.0, "good_snr_db": 80.1}
    assert send(as_alice, recording()).json()["reasons"][0]["code"] == "too_noisy"
