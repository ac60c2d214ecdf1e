"""What every caller of a provider shares, asked of the real adapter against the double."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from thoughtvoice.double import Double, Settings
from voices.models import SpeechModel
from voices.providers import capability, figures, get_provider, governor, repeating
from voices.providers.base import (
    BadSpeech,
    Delivery,
    OutcomeUnknown,
    Provider,
    ProviderBusy,
    ProviderDown,
    ProviderError,
    ProviderRefused,
)
from voices.providers.breaker import FAILURES

TEXT = "There is a card in my mind, and it is the seven of clubs."
FLAC = b"fLaC"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "PAUSE_SECONDS", 0.001)


@pytest.fixture
def provider(on_the_double: Double) -> Provider:
    return get_provider()


def soon(seconds: float = 4) -> float:
    return time.monotonic() + seconds


def begin(provider: Provider, *, remote_id: str | None = None, seconds: float = 4) -> Any:
    return provider.speak(TEXT, remote_id=remote_id, delivery=Delivery(), deadline=soon(seconds))


def speak(provider: Provider, **how: Any) -> bytes:
    return b"".join(begin(provider, **how))


def operations(double: Double) -> list[str]:
    return [call.operation for call in double.workspace.calls]


def test_a_speech_is_asked_for_once(provider: Provider, double: Double) -> None:
    double.script.add("speak", "silent_audio")
    with pytest.raises(BadSpeech):
        speak(provider)
    assert operations(double) == ["speak"]


def test_nothing_is_tried_again_after_sound_has_left(provider: Provider, double: Double) -> None:
    double.script.add("speak", "drop_mid_body")
    speech = begin(provider)
    assert next(speech)
    with pytest.raises(ProviderError):
        list(speech)
    assert operations(double) == ["speak"]


def test_a_clone_is_still_never_tried_twice(provider: Provider, double: Double) -> None:
    double.script.add("clone", "500")
    with pytest.raises(OutcomeUnknown):
        provider.clone([FLAC], name="tv-1", labels={}, deadline=soon())
    assert operations(double) == ["clone"]


def test_the_plans_places_are_never_passed(provider: Provider, double: Double, settings: Any) -> None:
    settings.ELEVENLABS_CONCURRENCY = 2
    double.reset(Settings(concurrency=2, speech_first_byte=0.05))
    threads = [threading.Thread(target=speak, args=[provider]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = double.workspace.events
    assert max(event["speaking"] for event in events) == 2
    assert sum(event["event"] == "speech_ended" for event in events) == 6


def test_a_place_is_held_until_the_speech_is_over_or_left(
    provider: Provider, double: Double, settings: Any
) -> None:
    settings.ELEVENLABS_CONCURRENCY = 1
    double.reset(Settings(concurrency=1))
    speech = begin(provider)
    next(speech)
    held = governor.held("elevenlabs:default")
    with pytest.raises(ProviderBusy):
        speak(provider, seconds=0.2)
    speech.close()
    assert (held, governor.held("elevenlabs:default")) == (1, 0)


def test_the_plans_size_is_learned_from_the_first_speech(on_the_double: Double, settings: Any) -> None:
    settings.PROVIDER_ACCOUNTS = {"default": "a key that nobody has used yet"}
    on_the_double.reset(Settings(concurrency=7))
    provider = get_provider()
    before = provider.account(deadline=soon()).concurrency
    speak(provider)
    assert (before, provider.account(deadline=soon()).concurrency) == (None, 7)


def test_a_service_that_is_down_is_not_asked_any_more(provider: Provider, double: Double) -> None:
    double.script.add("clone", "503", count=9)
    for _ in range(FAILURES):
        with pytest.raises(OutcomeUnknown):
            provider.clone([FLAC], name="tv", labels={}, deadline=soon())
    for call in (lambda: speak(provider), lambda: list(provider.list(deadline=soon()))):
        with pytest.raises(ProviderDown):
            call()
    assert operations(double) == ["clone"] * FAILURES


def test_without_the_cache_a_voice_still_speaks(provider: Provider, settings: Any) -> None:
    nobody = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": nobody}
    assert speak(get_provider())


def test_a_wrong_key_leaves_it_closed_for_whoever_has_the_right_one(
    provider: Provider, double: Double
) -> None:
    double.script.add("account", "invalid_api_key", count=FAILURES)
    for _ in range(FAILURES):
        with pytest.raises(ProviderRefused):
            provider.account(deadline=soon())
    assert speak(provider)


def test_calls_are_counted_by_how_they_ended(provider: Provider, double: Double) -> None:
    def counted(outcome: str) -> float:
        return figures.REQUESTS.labels("speak", outcome)._value.get()

    before = counted("ok"), counted("abandoned"), counted("BadSpeech")
    speak(provider)
    left = begin(provider)
    next(left)
    left.close()
    double.script.add("speak", "silent_audio", count=2)
    with pytest.raises(BadSpeech):
        speak(provider)
    after = counted("ok"), counted("abandoned"), counted("BadSpeech")
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 1]
    assert figures.fail_ratio() == pytest.approx(1 / 3)


def test_each_account_speaks_with_its_own_key(provider: Provider, double: Double, settings: Any) -> None:
    settings.PROVIDER_ACCOUNTS = {"default": "one", "second": "two"}
    for account in ("default", "second"):
        asked = get_provider(account)
        asked.account(deadline=soon())
        asked.close()
    assert [call.headers["xi-api-key"] for call in double.workspace.calls] == ["one", "two"]


def test_an_account_whose_key_was_taken_away_is_refused() -> None:
    with pytest.raises(ProviderRefused):
        get_provider("second")


def test_the_same_settings_give_the_same_instance(provider: Provider, settings: Any) -> None:
    same = get_provider() is provider
    settings.ELEVENLABS_MODEL = "eleven_multilingual_v2"
    assert (same, get_provider() is provider) == (True, False)


@pytest.fixture
def fresh(provider: Provider) -> Iterator[None]:
    yield
    get_provider().close()


@pytest.mark.usefixtures("fresh")
def test_what_staff_enter_about_a_model_counts_at_once(double: Double) -> None:
    assert get_provider().credits_per_character == 0.5
    row = SpeechModel.objects.get(model_id="eleven_flash_v2_5")
    row.credits_per_character, row.takes_language = 0.3, False
    row.save()
    speak(get_provider())
    assert get_provider().credits_per_character == 0.3
    assert "language_code" not in double.workspace.calls[-1].json()


@pytest.mark.django_db
def test_a_model_that_nobody_entered_counts_in_full(caplog: pytest.LogCaptureFixture) -> None:
    assert capability.facts("eleven_v9") == (False, 3_000, 1.0)
    assert [record.message for record in caplog.records] == ["unknown_speech_model"]
