"""What was performed: listed, played again in parts, deleted, forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from conftest import App
from perform import jobs
from perform.models import Performance
from perform.tests.stage import charged, give_voice, press
from voices import samples


def performed(app: App, **wish: Any) -> str:
    identity: str = press(app, **wish).json()["performance_id"]
    return identity


def test_the_newest_comes_first_and_the_rest_page_by_page(as_alice: App) -> None:
    made = [performed(as_alice, value=value) for value in ("Ace of Clubs", "Two of Clubs", "King of Hearts")]
    page = as_alice.get("/performances?limit=2").json()
    rest = as_alice.get(page["next"]).json()
    listed = [found["performance_id"] for found in page["results"] + rest["results"]]
    assert listed == made[::-1]
    assert rest["next"] is None


def test_a_performance_is_its_owners_alone(as_alice: App, as_bob: App) -> None:
    identity = performed(as_alice)
    for path in (f"/performances/{identity}", f"/performances/{identity}/audio"):
        assert as_bob.get(path).status_code == 404
    assert as_bob.delete(f"/performances/{identity}").status_code == 404
    assert as_bob.get("/performances").json()["results"] == []
    assert as_alice.get(f"/performances/{identity}").json()["text"].count("Queen of Hearts") == 1


def test_a_sound_is_played_in_parts(as_alice: App) -> None:
    path = f"/performances/{performed(as_alice)}/audio"
    whole = as_alice.get(path)
    part = as_alice.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part["Content-Range"] == f"bytes 10-19/{len(whole.content)}"
    assert as_alice.get(path, headers={"If-None-Match": whole["ETag"]}).status_code == 304
    assert as_alice.get(path, headers={"Range": "bytes=99999999-"}).status_code == 416


def test_what_is_deleted_is_gone_and_was_paid(as_alice: App, alice: User) -> None:
    identity = performed(as_alice)
    spent, audio = charged(alice), Performance.objects.get().audio
    assert as_alice.delete(f"/performances/{identity}").status_code == 204
    assert as_alice.get(f"/performances/{identity}").status_code == 404
    assert not audio.storage.exists(audio.name)
    assert charged(alice) == spent


def test_sounds_and_words_are_forgotten_in_time(as_alice: App, settings: Any) -> None:
    old, young = performed(as_alice), performed(as_alice)
    long_ago = timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1)
    Performance.objects.filter(pk=old).update(created_at=long_ago)
    audio = Performance.objects.get(pk=old).audio
    assert jobs.forget_old() == "1 performances and 0 packs forgotten"
    assert jobs.forget_old() == "0 performances and 0 packs forgotten"
    assert not audio.storage.exists(audio.name)
    told = as_alice.get(f"/performances/{old}").json()
    assert (told["text"], told["value"], told["state"]) == ("", "", "done")
    assert as_alice.get(f"/performances/{old}/audio").status_code == 404
    assert as_alice.get(f"/performances/{young}/audio").status_code == 200


@pytest.mark.parametrize("queue_keeps_it", [True, False])
def test_what_was_spoken_goes_with_the_consent(as_alice: App, alice: User, queue_keeps_it: bool) -> None:
    give_voice(alice)
    own, generic = performed(as_alice, voice="own"), performed(as_alice)
    Performance.objects.filter(pk=generic).update(voice_source="tts")
    samples.erase(alice, now=timezone.now())
    later = performed(as_alice)
    Performance.objects.filter(pk=later).update(voice_source="pooled")
    said = jobs.forget_spoken(str(alice.pk)) if queue_keeps_it else jobs.forget_withdrawn()
    assert said == "1 sounds forgotten"
    answers = [as_alice.get(f"/performances/{one}/audio").status_code for one in (own, generic, later)]
    assert answers == [404, 200, 200]


def test_a_sound_that_no_row_names_goes_with_its_performance(as_alice: App) -> None:
    made = Performance.objects.get(pk=performed(as_alice))
    Performance.objects.filter(pk=made.pk).update(audio="")
    as_alice.delete(f"/performances/{made.pk}")
    assert not made.audio.storage.exists(made.audio.name)
