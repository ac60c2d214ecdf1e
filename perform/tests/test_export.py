import io
import json
import zipfile

from accounts import quota
from accounts.models import User
from conftest import App
from perform.tests.test_erasure import NOW, performance, voice
from thoughtvoice.tests.test_errors import the_problem


def exported(app: App) -> zipfile.ZipFile:
    answer = app.get("/user/export")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_everything_of_one_person_is_in_one_archive(as_alice: App, alice: User, bob: User) -> None:
    sample, spoken = voice(alice).sample, performance(alice, text="Seven it is.")
    voice(bob)
    performance(bob)
    quota.grant(alice, 50, reason="a gala", author=bob, now=NOW)
    quota.settle(quota.reserve(alice, 9, now=NOW), 9)
    archive = exported(as_alice)
    assert archive.testzip() is None
    recording, sound = f"recordings/{sample.pk}.flac", f"performances/{spoken.pk}.mp3"
    assert sorted(archive.namelist()) == sorted(["data.json", recording, sound])
    assert (archive.read(recording), archive.read(sound)) == (b"flac", b"mp3")
    data = json.loads(archive.read("data.json"))
    assert data["user"]["username"] == "alice"
    assert data["settings"]["language"] == "english"
    assert [device["name"] for device in data["devices"]] == ["test phone"]
    assert [(consent["version"], consent["sample_hash"]) for consent in data["consents"]] == [
        ("2026-11", "s")
    ]
    assert [(charge["characters"], charge["state"]) for charge in data["charges"]] == [(9, "settled")]
    assert [(grant["characters"], grant["reason"]) for grant in data["top_ups"]] == [(50, "a gala")]
    assert len(data["recordings"]) == len(data["performances"]) == 1
    assert "bob" not in archive.read("data.json").decode()
    assert alice.password not in archive.read("data.json").decode()


def test_a_sound_that_is_lost_is_left_out(as_alice: App, alice: User) -> None:
    row = performance(alice)
    row.audio.storage.delete(row.audio.name)
    assert exported(as_alice).namelist() == ["data.json"]


def test_who_never_did_anything_gets_an_archive_too(as_alice: App) -> None:
    assert exported(as_alice).namelist() == ["data.json"]


def test_a_stranger_gets_none(as_stranger: App) -> None:
    the_problem(as_stranger.get("/user/export"), 401, "not_authenticated")


def test_archives_are_made_seldom(as_alice: App, as_bob: App, settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "export": "1/h"}
    exported(as_alice)
    the_problem(as_alice.get("/user/export"), 429, "rate_limited")
    exported(as_bob)
