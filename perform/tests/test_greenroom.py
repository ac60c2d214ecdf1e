"""Before a show: go, or not yet and why."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from conftest import App
from perform import jobs
from perform.models import Performance
from perform.tests.stage import give_voice, press
from pool import switches
from pool.models import Slot
from thoughtvoice.double import Double
from voices.models import Voice


def warm(app: App, path: str = "/user/voice/warm", **body: Any) -> dict[str, Any]:
    answer = app.post_json(path, body)
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def reasons(told: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in told["reasons"]]


def test_a_voice_is_queued_then_ready_and_pinned(with_gemini: Double, as_alice: App, alice: User) -> None:
    voice = give_voice(alice)
    told = warm(as_alice)
    assert (told["state"], told["go"], reasons(told)) == ("queued", False, ["queued"])
    assert told["expected_seconds"] >= 1
    jobs.warm(str(voice.pk))
    press(as_alice)
    told = warm(as_alice, f"/users/{alice.pk}/voice/pool/touch", performs=5)
    assert (told["state"], told["go"], reasons(told)) == ("ready", True, [])
    assert told["pinned_until"] is not None
    assert set(told["latencies_ms"]) == {"writer", "voice", "speech", "first_audio"}


def test_without_a_recording_there_is_nothing_to_warm(as_alice: App) -> None:
    told = warm(as_alice)
    assert (told["state"], reasons(told)) == ("none", ["voice_required"])


def test_too_few_characters_for_the_show_are_said(as_alice: App, settings: Any) -> None:
    settings.CHAR_LIMIT = 1000
    assert reasons(warm(as_alice, performs=50)) == ["voice_required", "quota_exceeded"]
    assert warm(as_alice)["performs_left"] == 9


def test_an_outage_is_said(as_alice: App, alice: User) -> None:
    for _ in range(3):
        Performance.objects.create(
            user=alice,
            state=Performance.State.FAILED,
            failure="provider_unavailable",
            language="en",
            created_at=timezone.now(),
        )
    assert reasons(warm(as_alice)) == ["voice_required", "provider_unavailable"]


def test_a_voice_whose_new_recording_was_not_cloned_yet_is_made_anew(
    with_gemini: Double, as_alice: App, alice: User
) -> None:
    voice = give_voice(alice)
    jobs.warm(str(voice.pk))
    Voice.objects.update(revision=2)
    assert reasons(warm(as_alice)) == ["queued"]
    jobs.warm(str(voice.pk))
    assert warm(as_alice)["state"] == "ready"
    assert Slot.objects.get(voice=voice).revision == 2


def test_a_clone_in_an_account_whose_key_is_gone_is_not_ready(
    with_gemini: Double, as_alice: App, alice: User, settings: Any
) -> None:
    jobs.warm(str(give_voice(alice).pk))
    assert warm(as_alice)["state"] == "ready"
    settings.PROVIDER_ACCOUNTS = {"second": ""}
    assert reasons(warm(as_alice)) == ["queued"]


def test_anybody_elses_voice_does_not_exist(as_alice: App, bob: User) -> None:
    assert as_alice.post_json(f"/users/{bob.pk}/voice/pool/touch", {}).status_code == 404


def test_while_all_places_are_in_use_the_job_ends_and_the_voice_is_not_ready(
    with_gemini: Double, as_alice: App, alice: User
) -> None:
    voice = give_voice(alice)
    Slot.objects.update(state=Slot.State.BLOCKED)
    assert jobs.warm(str(voice.pk)) == "all places are in use"
    assert warm(as_alice)["go"] is False


def test_with_the_pool_off_it_says_that_the_voice_is_made_for_each_performance(
    with_gemini: Double, as_alice: App, alice: User
) -> None:
    voice = give_voice(alice)
    switches.change(enabled=False)
    told = warm(as_alice)
    assert (told["state"], told["go"], reasons(told)) == ("pool_off", False, ["pool_off"])
    assert jobs.warm(str(voice.pk)) == "the pool is off"
    assert with_gemini.workspace.creations == 0


def test_with_the_pool_off_a_pin_is_kept_to_its_end_and_no_longer(
    with_gemini: Double, as_alice: App, alice: User
) -> None:
    voice = give_voice(alice)
    jobs.warm(str(voice.pk))
    until = timezone.now().replace(microsecond=0) + timedelta(minutes=5)
    Slot.objects.filter(voice=voice).update(pinned_until=until)
    switches.change(enabled=False)
    told = warm(as_alice)
    assert (told["state"], parse_datetime(told["pinned_until"])) == ("ready", until)
    assert Slot.objects.get(voice__user=alice).pinned_until == until
    Slot.objects.update(pinned_until=timezone.now())
    assert warm(as_alice)["state"] == "pool_off"
