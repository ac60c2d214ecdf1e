"""Fault × operation → our error, whether to try again, and what the provider has afterwards."""

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from thoughtvoice.double import Double, Settings
from voices.providers import elevenlabs, repeating
from voices.providers.base import (
    BadRecording,
    BadSpeech,
    CreationsSpent,
    CreditsSpent,
    Delivery,
    OutcomeUnknown,
    ProviderBusy,
    ProviderError,
    ProviderFull,
    ProviderRefused,
    TextRefused,
    VoiceGone,
)
from voices.providers.elevenlabs import ElevenLabsProvider

TEXT = "There is a card in my mind, and it is the seven of clubs."
BRIEFLY = 0.5
NEVER = 10.0
"""Seconds by which everything here has ended, however busy the machine is; what hangs would not have."""
SLOW = ("hang", "drip", "drip_headers", "stall_mid_body")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "PAUSE_SECONDS", 0.001)


@pytest.fixture
def provider(double: Double) -> Iterator[ElevenLabsProvider]:
    provider = adapter(double.url)
    yield provider
    provider.close()


def adapter(url: str) -> ElevenLabsProvider:
    return ElevenLabsProvider(
        api_key="key", model="eleven_flash_v2_5", default_voice_ids="EXAVITQu4vr4xnSDxMaL", base_url=url
    )


def call(provider: ElevenLabsProvider, operation: str, *, voice: str = "", seconds: float = 3) -> Any:
    """One call of the operation, to its end."""
    deadline = time.monotonic() + seconds
    if operation == "clone":
        return provider.clone([b"fLaC"], name="tv-1", labels={}, deadline=deadline)
    if operation == "delete":
        return provider.delete(voice, deadline=deadline)
    if operation == "list":
        return list(provider.list(deadline=deadline))
    if operation == "account":
        return provider.account(deadline=deadline)
    delivery = Delivery()
    return b"".join(provider.speak(TEXT, remote_id=voice or None, delivery=delivery, deadline=deadline))


class Row(NamedTuple):
    """`voices` is how many there are afterwards; one was there before a delete, none before the others."""

    operation: str
    fault: str
    error: type[ProviderError]
    again: bool
    voices: int = 0


UNKNOWN = (OutcomeUnknown, True)
FAILED = (ProviderError, True)
REFUSED = (ProviderRefused, False)
BUSY = (ProviderBusy, True)

TABLE = [
    # What the provider says in so many words
    Row("clone", "voice_limit_reached", ProviderFull, True),
    Row("clone", "voice_add_edit_limit_reached", CreationsSpent, False),
    Row("clone", "invalid_content", BadRecording, False),
    Row("clone", "audio_too_short", BadRecording, False),
    Row("clone", "paid_plan_required", *REFUSED),
    Row("clone", "invalid_api_key", *REFUSED),
    Row("clone", "insufficient_permissions", *REFUSED),
    Row("clone", "too_many_concurrent_requests", *BUSY),
    Row("clone", "system_busy", *BUSY),
    Row("clone", "already_processing", *BUSY),
    Row("clone", "quota_exceeded", CreditsSpent, False),
    Row("delete", "invalid_api_key", *REFUSED, voices=1),
    Row("delete", "rate_limit_exceeded", *BUSY, voices=1),
    Row("speak", "quota_exceeded", CreditsSpent, False),
    Row("speak", "insufficient_credits", CreditsSpent, False),
    Row("speak", "too_many_concurrent_requests", *BUSY),
    Row("speak", "system_busy", *BUSY),
    Row("speak", "text_too_long", TextRefused, False),
    Row("speak", "invalid_api_key", *REFUSED),
    Row("speak", "model_not_found", *REFUSED),
    Row("speak", "invalid_output_format", *REFUSED),
    Row("speak", "maintenance", *FAILED),
    Row("list", "invalid_api_key", *REFUSED),
    Row("list", "rate_limit_exceeded", *BUSY),
    Row("account", "missing_api_key", *REFUSED),
    Row("account", "system_busy", *BUSY),
    Row("speak", "voice_limit_reached", *REFUSED),
    Row("speak", "voice_add_edit_limit_reached", *REFUSED),
    Row("list", "voice_not_found", *REFUSED),
    # What the network and the machines in between do; "after:" lets the work happen first
    Row("clone", "hang", *UNKNOWN),
    Row("clone", "after:hang", *UNKNOWN, voices=1),
    Row("clone", "drop", *UNKNOWN),
    Row("clone", "after:drop", *UNKNOWN, voices=1),
    Row("clone", "drip", *UNKNOWN, voices=1),
    Row("clone", "drip_headers", *UNKNOWN),
    Row("clone", "drop_mid_body", *UNKNOWN, voices=1),
    Row("clone", "html_502", *UNKNOWN),
    Row("clone", "after:html_502", *UNKNOWN, voices=1),
    Row("clone", "500", *UNKNOWN),
    Row("clone", "after:503", *UNKNOWN, voices=1),
    Row("clone", "after:html_200", *UNKNOWN, voices=1),
    Row("clone", "after:error_200", *UNKNOWN, voices=1),
    Row("clone", "after:half_json", *UNKNOWN, voices=1),
    Row("clone", "after:json_garbage", *UNKNOWN, voices=1),
    Row("clone", "after:json_list", *UNKNOWN, voices=1),
    Row("clone", "after:json_empty", *UNKNOWN, voices=1),
    Row("clone", "after:empty_body", *UNKNOWN, voices=1),
    Row("clone", "after:ten_megabytes", *UNKNOWN, voices=1),
    Row("clone", "redirect", *REFUSED),
    Row("clone", "429", *BUSY),
    Row("delete", "hang", *UNKNOWN, voices=1),
    Row("delete", "after:hang", *UNKNOWN),
    Row("delete", "drip_headers", *UNKNOWN, voices=1),
    Row("delete", "html_502", *UNKNOWN, voices=1),
    Row("delete", "html_200", *UNKNOWN, voices=1),
    Row("delete", "error_200", *UNKNOWN, voices=1),
    Row("delete", "half_json", *UNKNOWN, voices=1),
    Row("delete", "500", *UNKNOWN, voices=1),
    Row("delete", "redirect", *REFUSED, voices=1),
    Row("list", "hang", *FAILED),
    Row("list", "drip", *FAILED),
    Row("list", "drip_headers", *FAILED),
    Row("list", "drop", *FAILED),
    Row("list", "drop_mid_body", *FAILED),
    Row("list", "html_502", *FAILED),
    Row("list", "html_200", *FAILED),
    Row("list", "error_200", *FAILED),
    Row("list", "half_json", *FAILED),
    Row("list", "json_garbage", *FAILED),
    Row("list", "json_list", *FAILED),
    Row("list", "json_empty", *FAILED),
    Row("list", "empty_body", *FAILED),
    Row("list", "ten_megabytes", *FAILED),
    Row("list", "page_without_token", *FAILED),
    Row("list", "page_that_repeats", *FAILED),
    Row("list", "voice_without_id", *FAILED),
    Row("list", "redirect", *REFUSED),
    Row("list", "503", *FAILED),
    Row("account", "hang", *FAILED),
    Row("account", "html_502", *FAILED),
    Row("account", "json_empty", *FAILED),
    Row("account", "json_list", *FAILED),
    Row("account", "strange_figures", *FAILED),
    Row("account", "500", *FAILED),
    Row("speak", "hang", *FAILED),
    Row("speak", "drip_headers", *FAILED),
    Row("speak", "drip", *FAILED),
    Row("speak", "drop", *FAILED),
    Row("speak", "drop_mid_body", *FAILED),
    Row("speak", "stall_mid_body", *FAILED),
    Row("speak", "html_502", *FAILED),
    Row("speak", "500", *FAILED),
    Row("speak", "503", *FAILED),
    Row("speak", "redirect", *REFUSED),
    # A 200 that carries no speech
    Row("speak", "cut_unnoticed", BadSpeech, True),
    Row("speak", "empty_audio", BadSpeech, True),
    Row("speak", "silent_audio", BadSpeech, True),
    Row("speak", "short_audio", BadSpeech, True),
    Row("speak", "garbage_audio", BadSpeech, True),
    Row("speak", "html_as_audio", BadSpeech, True),
    Row("speak", "mp3_as_audio", BadSpeech, True),
    Row("speak", "ten_megabytes_of_silence", BadSpeech, True),
    Row("speak", "html_200", BadSpeech, True),
    Row("speak", "error_200", BadSpeech, True),
    Row("speak", "empty_body", BadSpeech, True),
    Row("speak", "half_json", *FAILED),
]


def scripted(double: Double, row: Row, *, count: int = 9) -> None:
    kind = row.fault.removeprefix("after:")
    double.script.add(row.operation, kind, count=count, after=row.fault.startswith("after:"))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.operation}-{row.fault}")
def test_a_fault_becomes_our_error_in_time(provider: ElevenLabsProvider, double: Double, row: Row) -> None:
    voice = double.workspace.add("old", labels={}).voice_id if row.operation == "delete" else ""
    scripted(double, row)
    seconds = BRIEFLY if row.fault.removeprefix("after:") in SLOW else NEVER
    started = time.monotonic()
    with pytest.raises(ProviderError) as caught:
        call(provider, row.operation, voice=voice, seconds=seconds)
    assert time.monotonic() - started < NEVER
    assert (type(caught.value), caught.value.retryable) == (row.error, row.again)
    _until(lambda: len(double.workspace.voices) == row.voices)
    assert len(double.workspace.voices) == row.voices


@pytest.mark.parametrize("kind", ["500", "429", "drop", "hang", "html_502", "after:drop"])
def test_a_clone_is_never_tried_twice(provider: ElevenLabsProvider, double: Double, kind: str) -> None:
    scripted(double, Row("clone", kind, ProviderError, True), count=1)
    with pytest.raises(ProviderError):
        call(provider, "clone", seconds=BRIEFLY if kind == "hang" else 3)
    assert [call.operation for call in double.workspace.calls] == ["clone"]


@pytest.mark.parametrize("kind", ["500", "drop", "too_many_concurrent_requests", "html_502"])
def test_a_speech_is_never_tried_twice(provider: ElevenLabsProvider, double: Double, kind: str) -> None:
    double.script.add("speak", kind)
    with pytest.raises(ProviderError):
        call(provider, "speak")
    assert [call.operation for call in double.workspace.calls] == ["speak"]


@pytest.mark.parametrize("operation", ["list", "account", "delete"])
@pytest.mark.parametrize("kind", ["500", "drop", "html_502", "429"])
def test_what_is_safe_to_repeat_survives_a_hiccup(
    provider: ElevenLabsProvider, double: Double, operation: str, kind: str
) -> None:
    voice = double.workspace.add("old", labels={}).voice_id
    double.script.add(operation, kind)
    call(provider, operation, voice=voice)
    assert [call.operation for call in double.workspace.calls] == [operation] * 2


def test_a_deletion_whose_answer_was_lost_is_settled_by_the_next(
    provider: ElevenLabsProvider, double: Double
) -> None:
    voice = double.workspace.add("old", labels={}).voice_id
    double.script.add("delete", "drop", after=True)
    call(provider, "delete", voice=voice)
    assert double.workspace.voices == []


@pytest.mark.parametrize("envelope", ["today", "old", "text"])
@pytest.mark.parametrize(
    ("operation", "kind", "error"),
    [
        ("clone", "voice_limit_reached", ProviderFull),
        ("clone", "voice_add_edit_limit_reached", CreationsSpent),
        ("clone", "invalid_content", BadRecording),
        ("clone", "too_many_concurrent_requests", ProviderBusy),
        ("speak", "invalid_api_key", ProviderRefused),
    ],
)
def test_every_envelope_says_the_same(
    provider: ElevenLabsProvider,
    double: Double,
    envelope: str,
    operation: str,
    kind: str,
    error: type[ProviderError],
) -> None:
    double.script.add(operation, kind, envelope=envelope)
    with pytest.raises(ProviderError) as caught:
        call(provider, operation)
    assert type(caught.value) is error


def test_a_complaint_about_a_field_is_ours_to_repair(provider: ElevenLabsProvider, double: Double) -> None:
    double.script.add("speak", "invalid_output_format", envelope="list")
    with pytest.raises(ProviderRefused):
        call(provider, "speak")


@pytest.mark.parametrize("kind", ["voice_not_found", "voice_does_not_exist"])
def test_a_clone_that_is_gone_is_made_again_but_a_generic_voice_is_for_the_operator(
    provider: ElevenLabsProvider, double: Double, kind: str
) -> None:
    double.script.add("speak", kind, count=2)
    with pytest.raises(VoiceGone):
        call(provider, "speak", voice="abc")
    with pytest.raises(ProviderRefused):
        call(provider, "speak")


def test_a_voice_that_cannot_be_given_back_is_left_to_a_listing(
    provider: ElevenLabsProvider, double: Double
) -> None:
    double.script.add("clone", "requires_verification")
    double.script.add("delete", "500", count=9)
    with pytest.raises(OutcomeUnknown):
        call(provider, "clone")
    assert len(double.workspace.voices) == 1


def test_pages_without_end_are_given_up(
    provider: ElevenLabsProvider, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elevenlabs, "PAGES", 2)
    for number in range(250):
        double.workspace.add_by_hand(f"voice {number}")
    with pytest.raises(ProviderError):
        call(provider, "list")


def test_a_wrong_address_is_no_missing_voice(double: Double) -> None:
    provider = adapter(f"{double.url}/elsewhere")
    for operation in ("speak", "delete"):
        with pytest.raises(ProviderRefused):
            call(provider, operation, voice="abc")
    provider.close()


def test_the_time_to_wait_is_passed_on(provider: ElevenLabsProvider, double: Double) -> None:
    double.script.add("speak", "system_busy", retry_after=7)
    with pytest.raises(ProviderBusy) as caught:
        call(provider, "speak")
    assert caught.value.retry_after == 7


def test_the_time_to_wait_is_waited_where_we_repeat(provider: ElevenLabsProvider, double: Double) -> None:
    double.script.add("list", "429", retry_after=0.2)
    started = time.monotonic()
    call(provider, "list")
    assert time.monotonic() - started >= 0.2


def test_a_wait_longer_than_the_deadline_is_not_begun(provider: ElevenLabsProvider, double: Double) -> None:
    double.script.add("list", "429", retry_after=30)
    started = time.monotonic()
    with pytest.raises(ProviderBusy):
        call(provider, "list", seconds=25)
    assert time.monotonic() - started < NEVER


def test_nothing_is_sent_when_there_is_no_time_left(provider: ElevenLabsProvider, double: Double) -> None:
    call(provider, "account")
    for operation in ("clone", "speak", "list", "account", "delete"):
        with pytest.raises(ProviderError) as caught:
            call(provider, operation, voice="abc", seconds=-1)
        assert type(caught.value) is ProviderError
    assert [call.operation for call in double.workspace.calls] == ["account"]


def test_nobody_at_the_address_means_that_nothing_was_made() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        provider = adapter(f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(ProviderError) as caught:
            call(provider, "clone")
    provider.close()
    assert (type(caught.value), caught.value.retryable) == (ProviderError, True)


def test_speech_that_breaks_off_ends_in_an_error_after_what_came(
    provider: ElevenLabsProvider, double: Double
) -> None:
    double.script.add("speak", "drop_mid_body")
    speech = provider.speak(TEXT, remote_id=None, delivery=Delivery(), deadline=time.monotonic() + NEVER)
    assert len(next(speech)) >= 2400
    with pytest.raises(ProviderError):
        list(speech)


def test_silence_is_found_out_before_anything_is_passed_on(
    provider: ElevenLabsProvider, double: Double
) -> None:
    double.script.add("speak", "silent_audio")
    with pytest.raises(BadSpeech):
        next(provider.speak(TEXT, remote_id=None, delivery=Delivery(), deadline=time.monotonic() + NEVER))


def test_a_place_given_to_a_hanging_speech_is_free_when_we_leave(
    provider: ElevenLabsProvider, double: Double
) -> None:
    double.reset(Settings(concurrency=1))
    double.script.add("speak", "stall_mid_body")
    with pytest.raises(ProviderError):
        call(provider, "speak", seconds=BRIEFLY)
    _until(lambda: double.workspace.speaking == 0)
    assert call(provider, "speak")


def _until(true: Callable[[], bool]) -> None:
    latest = time.monotonic() + NEVER
    while not true() and time.monotonic() < latest:
        time.sleep(0.01)
