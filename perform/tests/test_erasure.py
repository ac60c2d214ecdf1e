from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts import erasure as accounts_erasure
from accounts.models import Charge, User
from accounts.tests.people import a_charge
from conftest import App
from perform import erasure, jobs
from perform.models import Performance
from pool.models import Slot
from thoughtvoice.tests.queue import queued
from voices.models import Consent, Sample, Voice

NOW = timezone.now()


def performance(user: User, **fields: Any) -> Performance:
    row = Performance(user=user, routine="cards", value="7", language="en", **{"state": "done", **fields})
    row.audio.save("", ContentFile(b"mp3"), save=False)
    row.save()
    return row


def voice(user: User) -> Voice:
    sample = Sample(user=user, seconds=30, bytes_len=4, sample_hash="s", pcm_hash="p")
    sample.audio.save("", ContentFile(b"flac"), save=False)
    sample.save()
    Consent.objects.create(user=user, version="2026-11", language="en", sample_hash="s")
    return Voice.objects.create(user=user, sample=sample, revision=1)


def files(settings: Any) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def ask(user: User, *, minutes: int) -> None:
    accounts_erasure.request(user, now=timezone.now() - timedelta(minutes=minutes))


def test_everything_goes_and_nothing_of_anybody_else(alice: User, bob: User, settings: Any) -> None:
    for user in (alice, bob):
        voice(user)
        performance(user)
        a_charge(user, 5)
    slot = Slot.objects.order_by("number").first()
    Slot.objects.filter(pk=slot.pk).update(
        voice=Voice.objects.get(user=alice),
        state=Slot.State.READY,
        remote_id="r1",
        last_used_at=NOW - timedelta(days=1),
    )
    ask(alice, minutes=2)
    assert jobs.erase(str(alice.pk)) == "erased"
    assert [User.objects.get(), Voice.objects.get().user, Sample.objects.get().user] == [bob] * 3
    assert [Consent.objects.get().user, Performance.objects.get().user] == [bob] * 2
    assert len(files(settings)) == 2
    assert Charge.objects.filter(user=None).count() == 1
    slot.refresh_from_db()
    assert (slot.state, slot.remote_id, slot.voice) == (Slot.State.FREE, "", None)
    assert jobs.erase(str(alice.pk)) == "nobody to erase"


def test_the_person_goes_last_when_no_request_of_theirs_can_still_write(alice: User, settings: Any) -> None:
    ask(alice, minutes=0)
    performance(alice)
    assert jobs.erase(str(alice.pk)) == "begun"
    assert (User.objects.count(), Performance.objects.count(), files(settings)) == (1, 0, [])
    late = performance(alice)  # finished after all
    User.objects.update(erase_requested_at=NOW - timedelta(minutes=2))
    assert jobs.erase_all() == "1 of 1 users erased"
    assert not late.audio.storage.exists(late.audio.name)
    assert not User.objects.exists()


def test_a_running_performance_is_waited_for_and_a_dead_one_is_not(alice: User) -> None:
    running = performance(alice, state="running", created_at=timezone.now())
    ask(alice, minutes=2)
    assert jobs.erase_all() == "0 of 1 users erased"
    assert Performance.objects.get() == running
    Performance.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert jobs.erase_all() == "1 of 1 users erased"
    assert not Performance.objects.exists()


def test_one_erasure_that_fails_holds_up_nobody(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ask(alice, minutes=5)
    ask(bob, minutes=2)
    whole = erasure.erase

    def erase(user: User, **given: Any) -> bool:
        if user == alice:
            raise OSError("disk is gone")
        return whole(user, **given)

    monkeypatch.setattr(erasure, "erase", erase)
    assert jobs.erase_all() == "1 of 2 users erased"
    assert User.objects.get() == alice
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["erase_failed"]


def test_nobody_is_erased_who_did_not_ask(alice: User) -> None:
    assert jobs.erase(str(alice.pk)) == "nobody to erase"
    assert jobs.erase_all() == "0 of 0 users erased"
    assert User.objects.get() == alice


def test_leaving_queues_the_erasure(as_alice: App, alice: User) -> None:
    answer = as_alice.delete(
        "/user/me", {"password": "seven bright candles"}, content_type="application/json"
    )
    assert answer.status_code == 202
    assert queued() == [("perform.jobs.erase", (str(alice.pk),))]


def test_a_voice_that_nobody_used_for_a_year_is_erased_and_its_owner_stays(alice: User, bob: User) -> None:
    for user in (alice, bob):
        voice(user)
    Sample.objects.update(created_at=NOW - timedelta(days=366))
    performance(bob)
    assert jobs.erase_idle_voices() == "1 idle voices erased"
    assert [sample.user for sample in Sample.objects.all()] == [bob]
    assert User.objects.filter(pk=alice.pk).exists()
    assert jobs.erase_idle_voices() == "0 idle voices erased"


def test_who_opens_the_app_keeps_an_old_voice(alice: User, as_alice: App) -> None:
    voice(alice)
    Sample.objects.update(created_at=NOW - timedelta(days=366))
    assert jobs.erase_idle_voices() == "0 idle voices erased"
