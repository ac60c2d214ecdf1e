"""Show packs: all values beforehand, within the allowance, in pieces that survive a dead worker."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Charge, User
from conftest import App
from perform import jobs, packs
from perform.models import Pack, PackItem, Performance
from perform.tests.stage import charged, give_voice
from thoughtvoice.double import Double


@pytest.fixture
def on_stage(with_gemini: Double, alice: User) -> User:
    give_voice(alice)
    return alice


def ordered(app: App, routine: str = "star-signs", **more: Any) -> Pack:
    answer = app.post_json("/user/packs", {"routine_type": routine, **more})
    assert answer.status_code == 202, answer.content
    return Pack.objects.get(pk=answer.json()["pack_id"])


def made(pack: Pack) -> Pack:
    while packs.make_some(str(pack.pk), now=timezone.now()):
        pass
    pack.refresh_from_db()
    return pack


def progress(app: App, pack: Pack) -> dict[str, Any]:
    told: dict[str, Any] = app.get(f"/user/packs/{pack.pk}").json()
    return told


def test_a_pack_is_made_and_downloaded(on_stage: User, as_alice: App) -> None:
    pack = ordered(as_alice, language="spanish")
    assert (progress(as_alice, pack)["done"], progress(as_alice, pack)["total"]) == (0, 12)
    assert as_alice.get(f"/user/packs/{pack.pk}/archive").json()["code"] == "pack_unfinished"
    made(pack)
    told = progress(as_alice, pack)
    assert (told["state"], told["done"], told["failed"]) == ("done", 12, 0)
    archive = as_alice.get(f"/user/packs/{pack.pk}/archive")
    again = as_alice.get(f"/user/packs/{pack.pk}/archive", headers={"Range": "bytes=0-99"})
    assert (again.status_code, again.content) == (206, archive.content[:100])
    assert again["ETag"] == archive["ETag"]
    with zipfile.ZipFile(io.BytesIO(archive.content)) as zipped:
        manifest = json.loads(zipped.read("manifest.json"))
        assert [item["value"] for item in manifest["items"]][:3] == ["Aries", "Tauro", "Géminis"]
        for item in manifest["items"]:
            assert hashlib.sha256(zipped.read(item["file"])).hexdigest() == item["sha256"]
            assert item["voiceSource"] == "pooled"
            assert item["text"].count(item["value"]) == 1
    assert charged(on_stage) == sum(len(item["text"]) for item in manifest["items"])
    assert as_alice.get("/performances").json()["results"] == []


def test_the_allowance_pauses_a_pack_and_more_of_it_lets_it_go_on(
    on_stage: User, as_alice: App, settings: Any
) -> None:
    settings.CHAR_LIMIT, settings.CHAR_HARD_LIMIT = 200, 500
    pack = made(ordered(as_alice))
    assert (pack.state, pack.failure) == ("paused", "quota_exceeded")
    assert charged(on_stage) <= 500
    before = progress(as_alice, pack)["done"]
    assert 0 < before < 12
    settings.CHAR_LIMIT, settings.CHAR_HARD_LIMIT = 4000, 5000
    assert packs.waiting(now=timezone.now(), limit=5) == []
    Pack.objects.update(leased_until=timezone.now())
    assert jobs.resume_packs() == "1 packs resumed"
    assert made(pack).state == "done"


def test_what_a_dead_worker_made_is_not_paid_twice(on_stage: User, as_alice: App) -> None:
    pack = ordered(as_alice)
    packs.make_some(str(pack.pk), now=timezone.now())
    count = Performance.objects.count()
    PackItem.objects.update(performance=None)
    Pack.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    packs.make_some(str(pack.pk), now=timezone.now())
    assert Performance.objects.count() == count


def test_what_a_dead_worker_made_and_did_not_charge_is_charged_once(on_stage: User, as_alice: App) -> None:
    pack = ordered(as_alice)
    packs.make_some(str(pack.pk), now=timezone.now())
    spent = charged(on_stage)
    Charge.objects.update(state=Charge.State.HELD)
    PackItem.objects.update(performance=None)
    Pack.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    packs.make_some(str(pack.pk), now=timezone.now())
    assert charged(on_stage) == spent > 0


def test_two_workers_do_not_make_the_same_pack(on_stage: User, as_alice: App) -> None:
    pack = ordered(as_alice)
    Pack.objects.update(leased_until=timezone.now() + timedelta(minutes=1))
    assert not packs.make_some(str(pack.pk), now=timezone.now())
    assert Performance.objects.count() == 0


def test_a_cancelled_pack_is_not_gone_on_with(on_stage: User, as_alice: App) -> None:
    pack = ordered(as_alice)
    packs.make_some(str(pack.pk), now=timezone.now())
    assert as_alice.delete(f"/user/packs/{pack.pk}").status_code == 204
    assert made(pack).state == "cancelled"
    assert not as_alice.get(f"/user/packs/{pack.pk}/archive").json()["retryable"]
    assert progress(as_alice, pack)["done"] == packs.ITEMS_A_RUN


def test_the_same_pack_asked_for_twice_is_one(on_stage: User, as_alice: App, as_bob: App) -> None:
    pack = ordered(as_alice)
    assert ordered(as_alice).pk == pack.pk
    assert as_bob.get(f"/user/packs/{pack.pk}").status_code == 404


@pytest.mark.parametrize(("routine", "total"), [("cards", 52), ("numbers", 100)])
def test_packs_hold_every_value(as_alice: App, alice: User, routine: str, total: int) -> None:
    give_voice(alice)
    assert PackItem.objects.filter(pack=ordered(as_alice, routine)).count() == total


def test_nobody_has_a_pack_made_without_a_voice(as_alice: App) -> None:
    answer = as_alice.post_json("/user/packs", {"routine_type": "cards"})
    assert (answer.status_code, answer.json()["code"]) == (409, "voice_required")
    assert not Pack.objects.exists()


def test_a_paused_pack_that_is_asked_for_again_goes_on_at_once(on_stage: User, as_alice: App) -> None:
    pack = ordered(as_alice)
    later = timezone.now() + packs.PAUSE
    Pack.objects.update(state=Pack.State.PAUSED, failure="quota_exceeded", leased_until=later)
    refused = as_alice.get(f"/user/packs/{pack.pk}/archive").json()
    assert (refused["retryable"], refused["retry_after"]) == (True, 900)
    assert (refused["state"], refused["failure"]) == ("paused", "quota_exceeded")
    assert ordered(as_alice).pk == pack.pk
    assert made(pack).state == "done"


def test_a_routine_without_end_has_no_pack(as_alice: App) -> None:
    answer = as_alice.post_json("/user/packs", {"routine_type": "phobias"})
    assert (answer.status_code, answer.json()["code"]) == (400, "endless_routine")


def test_a_pack_that_was_never_filled_is_not_said_to_be_done(alice: User) -> None:
    now = timezone.now()
    pack = Pack.objects.create(user=alice, routine="cards", language="en", created_at=now, leased_until=now)
    assert not packs.make_some(str(pack.pk), now=now)
    pack.refresh_from_db()
    assert pack.state == Pack.State.CANCELLED
