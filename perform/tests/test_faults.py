"""Every fault of the providers at every step: the documented problem, the right charge, the right slot."""

import base64
from typing import Any

import pytest

from accounts.models import Attempt, User
from conftest import App
from perform.models import Performance
from perform.tests.stage import charged, give_voice, press
from pool import capacity, switches
from pool.models import Slot
from thoughtvoice.double import Double

FRAME = b"\xff\xf3"
"""How each frame of our mp3 begins; what is before the first is the tag, which names the performance."""

WRITING = [
    "429",
    "503",
    "html_200",
    "json_list",
    "drop",
    "quota_per_day",
    "blocked_prompt",
    "max_tokens",
    "hang",
]


@pytest.mark.parametrize("fault", WRITING)
def test_whatever_befalls_the_writer_the_template_holds_the_value(
    with_gemini: Double, as_alice: App, alice: User, fault: str
) -> None:
    with_gemini.script.add("write", fault, count=4)
    answer = press(as_alice)
    assert answer.status_code == 200, answer.content
    assert answer.json()["text_source"] == "template"
    assert answer.json()["text"].count("Queen of Hearts") == 1
    assert charged(alice) == len(answer.json()["text"])


BEFORE_THE_SOUND = ["503", "drop", "silent_audio", "empty_audio", "html_as_audio", "short_audio"]


@pytest.mark.parametrize("fault", BEFORE_THE_SOUND)
def test_a_bad_beginning_is_tried_once_more(with_gemini: Double, as_alice: App, fault: str) -> None:
    with_gemini.script.add("speak", fault)
    answer = press(as_alice)
    assert answer.status_code == 200, answer.content
    assert [call.operation for call in with_gemini.workspace.calls].count("speak") == 2


def test_nothing_of_a_first_attempt_is_heard_in_the_second(with_gemini: Double, as_alice: App) -> None:
    def spoken() -> bytes:
        answer = press(as_alice, path="/generate-audio", text="Nobody has seen the Queen of Hearts but you.")
        sound = base64.b64decode(answer.json()["audio_base64"])
        return sound[sound.index(FRAME) :]

    undisturbed = spoken()
    with_gemini.script.add("speak", "drop_mid_body")
    assert spoken() == undisturbed
    assert [call.operation for call in with_gemini.workspace.calls].count("speak") == 3


SPEAKING = [
    *[(fault, 503, "provider_unavailable", True) for fault in BEFORE_THE_SOUND],
    *[(fault, 503, "provider_unavailable", True) for fault in ("429", "garbage_audio")],
    *[(fault, 503, "provider_unavailable", True) for fault in ("drop_mid_body", "cut_unnoticed")],
    ("too_many_concurrent_requests", 503, "provider_unavailable", True),
    ("quota_exceeded", 503, "provider_unavailable", False),
    ("invalid_api_key", 503, "provider_unavailable", False),
    ("text_too_long", 422, "text_refused", False),
    ("hang", 504, "deadline_exceeded", True),
    ("stall_mid_body", 504, "deadline_exceeded", True),
]


@pytest.mark.parametrize(("fault", "status", "code", "retryable"), SPEAKING)
def test_speech_that_fails_is_a_problem_and_costs_nothing(
    with_gemini: Double,
    as_alice: App,
    alice: User,
    settings: Any,
    fault: str,
    status: int,
    code: str,
    retryable: bool,
) -> None:
    if status == 504:
        settings.PERFORM_DEADLINE_SECONDS = 3
    with_gemini.script.add("speak", fault, count=4)
    answer = press(as_alice, key="press-0001")
    told = answer.json()
    assert (answer.status_code, told["code"], told["retryable"]) == (status, code, retryable)
    assert answer["Content-Type"] == "application/problem+json"
    assert charged(alice) == 0
    assert Performance.objects.get().failure == code
    assert not Attempt.objects.exists()


CLONING = [
    ("503", 503, "provider_unavailable", Slot.State.UNKNOWN),
    ("429", 503, "provider_unavailable", Slot.State.FREE),
    ("voice_limit_reached", 503, "slots_busy", Slot.State.BLOCKED),
    ("hang", 503, "provider_unavailable", Slot.State.UNKNOWN),
    ("drop", 503, "provider_unavailable", Slot.State.UNKNOWN),
    ("json_empty", 503, "provider_unavailable", Slot.State.UNKNOWN),
]


@pytest.mark.parametrize(("fault", "status", "code", "state"), CLONING)
def test_who_wants_their_own_voice_is_told_when_it_cannot_be_made(
    with_gemini: Double, as_alice: App, alice: User, fault: str, status: int, code: str, state: str
) -> None:
    give_voice(alice)
    with_gemini.script.add("clone", fault)
    answer = press(as_alice, voice="own")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert charged(alice) == 0
    assert Slot.objects.exclude(state=Slot.State.FREE).count() == (state != Slot.State.FREE)
    assert Slot.objects.filter(state=state).exists()


@pytest.mark.parametrize("fault", ["503", "voice_limit_reached", "voice_add_edit_limit_reached", "drop"])
def test_who_takes_any_voice_hears_the_generic_one_and_is_told(
    with_gemini: Double, as_alice: App, alice: User, fault: str
) -> None:
    give_voice(alice)
    with_gemini.script.add("clone", fault)
    answer = press(as_alice)
    assert (answer.status_code, answer.json()["voiceSource"]) == (200, "tts")


def test_a_clone_that_is_gone_is_made_again_within_the_performance(
    with_gemini: Double, as_alice: App, alice: User
) -> None:
    give_voice(alice)
    assert press(as_alice, voice="own").json()["voiceSource"] == "pooled"
    [clone] = with_gemini.workspace.voices
    with_gemini.workspace.delete(clone.voice_id)
    answer = press(as_alice, voice="own")
    assert (answer.status_code, answer.json()["voiceSource"]) == (200, "pooled")
    assert with_gemini.workspace.creations == 2


def test_without_leave_to_create_a_cold_voice_is_not_made(
    with_gemini: Double, as_alice: App, alice: User, settings: Any
) -> None:
    settings.CREATE_ON_PERFORM = False
    give_voice(alice)
    assert press(as_alice, voice="own").json()["code"] == "slots_busy"
    assert press(as_alice).json()["voiceSource"] == "tts"
    assert with_gemini.workspace.creations == 0


def test_while_the_pool_is_off_a_clone_lives_for_one_performance(
    with_gemini: Double, as_alice: App, alice: User
) -> None:
    switches.change(enabled=False)
    give_voice(alice)
    answer = press(as_alice, voice="own")
    assert (answer.status_code, answer.json()["voiceSource"]) == (200, "ephemeral_clone")
    assert with_gemini.workspace.voices == []


@pytest.mark.parametrize("pooled", [True, False], ids=["pooled", "ephemeral"])
def test_a_clone_speaks_with_the_key_of_the_account_it_is_in(
    with_gemini: Double, as_alice: App, alice: User, settings: Any, pooled: bool
) -> None:
    settings.PROVIDER_ACCOUNTS = {"default": "a-key", "second": "another-key"}
    Slot.objects.update(state=Slot.State.BLOCKED)
    second = next(account for account in capacity.accounts() if account.name == "second")
    Slot.objects.create(account=second, number=1)
    switches.change(enabled=pooled)
    give_voice(alice)
    assert press(as_alice, voice="own").status_code == 200
    keys = {call.headers["xi-api-key"] for call in with_gemini.workspace.calls if call.operation != "write"}
    assert keys == {"another-key"}
