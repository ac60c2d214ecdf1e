import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from conftest import RECORDINGS, App
from voices import cloning
from voices.models import Sample, Voice
from voices.tests.uploading import recording, send


def run(*args: object, **options: object) -> str:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def test_a_recording_is_judged_from_the_shell() -> None:
    told = run("judgesample", RECORDINGS / "en_f_allison_1.flac")
    assert "snr_db " in told
    assert told.splitlines()[-1] == "accepted"


def test_the_judgement_can_be_had_as_json() -> None:
    judged = json.loads(run("judgesample", RECORDINGS / "en_m_librivox.flac", json=True, language="es"))
    assert judged["accepted"] is False
    assert judged["reasons"][0]["code"] == "too_short"
    assert judged["reasons"][0]["message"].startswith("La grabación tiene solo 25 segundos")


def test_what_is_no_recording_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "list.mp3").write_text("#EXTM3U\n")
    told = run("judgesample", tmp_path / "list.mp3").splitlines()
    assert told[0].startswith("reject not_audio: This is not a sound recording")
    assert told[-1] == "rejected"


def test_a_file_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run("judgesample", tmp_path / "nothing.wav")


@pytest.mark.django_db
@pytest.mark.usefixtures("short_samples")
def test_a_key_is_replaced_while_recordings_can_be_heard(as_alice: App, settings) -> None:
    [old] = settings.SAMPLE_KEYS
    send(as_alice, recording())
    before = as_alice.get("/users/me/voice/source").content
    settings.SAMPLE_KEYS = ["a newer key, which is long enough too", old]
    rotated = "1 recordings encrypted anew, 0 had the newest key already"
    assert run("rotatesamplekeys").strip() == rotated
    assert run("rotatesamplekeys").strip() == "0 recordings encrypted anew, 1 had the newest key already"
    settings.SAMPLE_KEYS = settings.SAMPLE_KEYS[:1]
    assert as_alice.get("/users/me/voice/source").content == before
    assert cloning.recordings(Voice.objects.select_related("sample").get()) == [before]
    sample = Sample.objects.get()
    assert [sample.audio.storage.exists(path) for path in sample.paths] == [False, True]


@pytest.mark.django_db
@pytest.mark.usefixtures("short_samples")
def test_a_recording_whose_key_was_lost_does_not_stop_the_others(
    as_alice: App, as_bob: App, settings
) -> None:
    send(as_alice, recording())
    settings.SAMPLE_KEYS = ["some other key, which is long enough too"]
    send(as_bob, recording())
    settings.SAMPLE_KEYS = ["a newer key, which is long enough as well", *settings.SAMPLE_KEYS]
    assert run("rotatesamplekeys").strip() == (
        "1 recordings encrypted anew, 0 had the newest key already, "
        "1 are lost or need a key that is not in SAMPLE_KEYS"
    )
