"""The adapter's side of the wire: what ElevenLabs gets to see, and what we make of a healthy answer."""

import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from thoughtvoice.double import Double, Settings
from thoughtvoice.double.elevenlabs import multipart
from voices.providers.base import (
    BadRecording,
    CreationsSpent,
    Delivery,
    ProviderBusy,
    ProviderError,
    TextRefused,
    VoiceGone,
)
from voices.providers.elevenlabs import ElevenLabsProvider
from voices.providers.elevenlabs_answers import instant

FLAC = b"fLaC\x00\r\n--\xff\x00" * 50
GENERIC = {"female": "EXAVITQu4vr4xnSDxMaL", "male": "JBFqnCBsd6RMkjVDRZzb"}
KEY = "sk_not_to_be_seen"
TEXT = "There is a card in my mind: the seven of clubs."


def adapter(double: Double, **changes: Any) -> ElevenLabsProvider:
    given = {"model": "eleven_flash_v2_5", "default_voice_ids": GENERIC, "base_url": double.url, **changes}
    return ElevenLabsProvider(api_key=KEY, **given)


@pytest.fixture
def provider(double: Double) -> Iterator[ElevenLabsProvider]:
    provider = adapter(double)
    yield provider
    provider.close()


def soon(seconds: float = 3) -> float:
    return time.monotonic() + seconds


def clone(provider: ElevenLabsProvider, name: str = "tv-1") -> str:
    return provider.clone([FLAC], name=name, labels={"deployment": "test"}, deadline=soon())


def speak(provider: ElevenLabsProvider, remote_id: str | None = None, **manner: Any) -> bytes:
    return b"".join(provider.speak(TEXT, remote_id=remote_id, delivery=Delivery(**manner), deadline=soon()))


def test_a_clone_is_sent_with_all_its_recordings_and_our_mark(
    provider: ElevenLabsProvider, double: Double
) -> None:
    provider.clone([FLAC, FLAC[:30]], name="tv-9", labels={"voice": "ü"}, deadline=soon())
    fields, files = multipart(double.workspace.calls[-1])
    assert files == [FLAC, FLAC[:30]]
    assert (fields["name"], json.loads(fields["labels"])) == ("tv-9", {"voice": "ü"})
    assert fields["remove_background_noise"].lower() == "false"


def test_the_manner_of_speaking_is_sent_in_the_providers_words(
    provider: ElevenLabsProvider, double: Double
) -> None:
    speak(provider, language="es", stability=0.3, similarity=0.9, style=0.2, speaker_boost=False, speed=0.9)
    call = double.workspace.calls[-1]
    assert call.query["output_format"] == "pcm_24000"
    assert call.json() == {
        "text": TEXT,
        "model_id": "eleven_flash_v2_5",
        "language_code": "es",
        "voice_settings": {
            "stability": 0.3,
            "similarity_boost": 0.9,
            "style": 0.2,
            "use_speaker_boost": False,
            "speed": 0.9,
        },
    }


def test_a_model_that_takes_no_language_is_sent_none(double: Double) -> None:
    provider = adapter(double, model="eleven_multilingual_v2", takes_language=False)
    speak(provider)
    provider.close()
    assert "language_code" not in double.workspace.calls[-1].json()


def test_a_text_longer_than_the_model_takes_is_not_sent(double: Double) -> None:
    provider = adapter(double, max_characters=len(TEXT) - 1)
    with pytest.raises(TextRefused):
        speak(provider)
    assert list(double.workspace.calls) == []


@pytest.mark.parametrize("sex", ["female", "male"])
def test_the_generic_voice_is_of_the_wanted_sex(
    provider: ElevenLabsProvider, double: Double, sex: str
) -> None:
    speak(provider, sex=sex)
    assert GENERIC[sex] in double.workspace.calls[-1].path


def test_one_generic_voice_can_serve_all(double: Double) -> None:
    provider = adapter(double, default_voice_ids=GENERIC["male"])
    speak(provider, sex="female")
    provider.close()
    assert GENERIC["male"] in double.workspace.calls[-1].path


def test_a_base_address_keeps_its_path(double: Double) -> None:
    provider = adapter(double, base_url=f"{double.url}/tenant")
    with pytest.raises(ProviderError):
        provider.account(deadline=soon())
    provider.close()
    assert list(double.workspace.calls) == []


def test_listing_goes_on_to_the_last_page(provider: ElevenLabsProvider, double: Double) -> None:
    names = {double.workspace.add_by_hand(f"voice {number}").name for number in range(250)}
    assert {voice.name for voice in provider.list(deadline=soon())} == names
    asked = [(call.query["page_size"], call.query["voice_type"]) for call in double.workspace.calls]
    assert asked == [("100", "non-default")] * 3


def test_voices_of_the_house_are_no_custom_voices(provider: ElevenLabsProvider, double: Double) -> None:
    double.workspace.add_by_hand("of the house", category="premade")
    double.workspace.add_by_hand("designed", category="generated")
    assert [voice.name for voice in provider.list(deadline=soon())] == ["designed"]


def test_a_listed_voice_tells_when_it_was_made(provider: ElevenLabsProvider, double: Double) -> None:
    clone(provider)
    (voice,) = provider.list(deadline=soon())
    assert voice.created_at == datetime.fromtimestamp(double.workspace.voices[0].created_at, UTC)


def test_an_instant_beyond_all_calendars_is_none() -> None:
    assert (instant(None), instant(10**18), instant(0)) == (None, None, datetime(1970, 1, 1, tzinfo=UTC))


def test_the_account_tells_the_plan_and_what_is_used(provider: ElevenLabsProvider, double: Double) -> None:
    clone(provider)
    speak(provider)
    account = provider.account(deadline=soon())
    assert (account.voice_limit, account.voices_used) == (10, 1)
    assert (account.creations_limit, account.creations_used) == (65, 1)
    assert (account.characters_limit, account.characters_used) == (1_000_000, len(TEXT))
    assert account.resets_at is not None
    assert account.resets_at > datetime.now(UTC)


def test_a_plan_without_a_limit_of_creations_tells_none(provider: ElevenLabsProvider, double: Double) -> None:
    double.reset(Settings(creations_limit=None))
    assert provider.account(deadline=soon()).creations_limit is None


def test_the_plans_concurrency_is_learned_from_the_first_speech(double: Double) -> None:
    provider = adapter(double)
    before = provider.account(deadline=soon()).concurrency
    speak(provider)
    after = provider.account(deadline=soon()).concurrency
    provider.close()
    assert (before, after) == (None, 3)


def test_a_voice_that_must_be_verified_is_given_back(provider: ElevenLabsProvider, double: Double) -> None:
    double.script.add("clone", "requires_verification")
    with pytest.raises(BadRecording):
        clone(provider)
    assert double.workspace.voices == []


def test_the_months_creations_end_where_the_plan_says(provider: ElevenLabsProvider, double: Double) -> None:
    double.reset(Settings(creations_limit=1))
    provider.delete(clone(provider), deadline=soon())
    with pytest.raises(CreationsSpent):
        clone(provider)


def test_one_speech_too_many_is_busy(provider: ElevenLabsProvider, double: Double) -> None:
    double.reset(Settings(concurrency=1, speech_pace=20))
    first = provider.speak(TEXT, remote_id=None, delivery=Delivery(), deadline=soon())
    next(first)
    with pytest.raises(ProviderBusy):
        speak(provider)
    first.close()  # type: ignore[attr-defined]


def test_fifty_calls_take_one_connection(provider: ElevenLabsProvider, double: Double) -> None:
    remote_id = clone(provider)
    for _ in range(16):
        speak(provider, remote_id)
        provider.account(deadline=soon())
        list(provider.list(deadline=soon()))
    provider.delete(remote_id, deadline=soon())
    assert (len(double.workspace.calls), double.connections) == (50, 1)


def test_a_connection_is_not_taken_across_a_fork(
    provider: ElevenLabsProvider, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.account(deadline=soon())
    ours, _ = provider._connected.get()
    monkeypatch.setattr("os.getpid", lambda: -1)
    provider.account(deadline=soon())
    provider.close()
    ours.close()
    assert double.connections == 2


def test_a_connection_that_the_server_closed_is_replaced_unnoticed(double: Double) -> None:
    with Double() as first:
        port = int(first.url.rpartition(":")[2])
        provider = adapter(first)
        provider.account(deadline=soon())
    with Double(port=port):
        provider.account(deadline=soon())
        provider.close()


def test_a_failure_is_logged_with_its_facts_and_without_secrets(
    provider: ElevenLabsProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="thoughtvoice.providers"), pytest.raises(VoiceGone) as caught:
        speak(provider, "0123456789abcdef0123")
    (record,) = [record for record in caplog.records if record.name == "thoughtvoice.providers"]
    facts = vars(record)
    assert (facts["operation"], facts["outcome"], facts["status"]) == ("speak", "VoiceGone", 404)
    assert (facts["code"], len(facts["provider_request_id"])) == ("voice_not_found", 32)
    written = f"{facts} {caught.value.detail}"
    assert [secret for secret in (KEY, TEXT, "0123456789abcdef") if secret in written] == []


def test_no_library_writes_a_voice_or_the_key_into_a_log(
    provider: ElevenLabsProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        remote_id = clone(provider)
        speak(provider, remote_id)
        provider.delete(remote_id, deadline=soon())
    assert [secret for secret in (KEY, TEXT, remote_id) if secret in caplog.text] == []


def test_deleting_what_is_gone_alarms_nobody(
    provider: ElevenLabsProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="thoughtvoice.providers"):
        provider.delete("0123456789abcdef0123", deadline=soon())
    assert caplog.records == []
