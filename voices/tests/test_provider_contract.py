"""What every provider owes us, asked of each in turn: the offline engine, the real adapter against the double,
and either of them guarded. The real service is asked once, by hand, as it counts every voice that is made:

    ELEVENLABS_API_KEY=… pytest -m live --force-enable-socket voices/tests/test_provider_contract.py
"""

import io
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import numpy as np
import pytest

from thoughtvoice.double import Double, Settings
from voices.providers.base import SAMPLE_RATE, Delivery, Provider, ProviderFull, Sex, VoiceGone
from voices.providers.elevenlabs import ElevenLabsProvider
from voices.providers.guarded import Guarded
from voices.providers.offline import OfflineProvider

CAPACITY = 3
WHOLE = (Path(__file__).parents[1] / "recordings" / "en_f_allison_1.flac").read_bytes()
TEXT = "I closed my eyes and there it was: the seven of clubs."
GENERIC: Mapping[Sex, str] = {"female": "EXAVITQu4vr4xnSDxMaL", "male": "JBFqnCBsd6RMkjVDRZzb"}


def _beginning(recording: bytes, *, frames: int) -> bytes:
    """A few seconds are enough here, and measured in no time."""
    file = io.BytesIO()
    with av.open(io.BytesIO(recording)) as source, av.open(file, "w", format="flac") as target:
        stream = target.add_stream("flac", rate=source.streams.audio[0].rate, layout="mono", format="s16")
        for _, frame in zip(range(frames), source.decode(audio=0), strict=False):
            frame.pts = None
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return file.getvalue()


RECORDING = _beginning(WHOLE, frames=20)


def _elevenlabs(double: Double, folder: Path) -> ElevenLabsProvider:
    double.reset(Settings(voice_limit=CAPACITY))
    return ElevenLabsProvider(
        api_key="key", model="eleven_flash_v2_5", default_voice_ids=GENERIC, base_url=double.url
    )


def _offline(double: Double, folder: Path) -> OfflineProvider:
    return OfflineProvider(folder, capacity=CAPACITY)


FACTORIES: Mapping[str, Callable[[Double, Path], Provider]] = {
    "elevenlabs": _elevenlabs,
    "elevenlabs-guarded": lambda *where: Guarded(_elevenlabs(*where), account="test"),
    "offline": _offline,
    "offline-guarded": lambda *where: Guarded(_offline(*where), account="test"),
}


@pytest.fixture(params=FACTORIES)
def provider(request: pytest.FixtureRequest, double: Double, tmp_path: Path) -> Iterator[Provider]:
    made = FACTORIES[request.param](double, tmp_path)
    yield made
    made.close()


def soon() -> float:
    return time.monotonic() + 30


def clone(provider: Provider, name: str = "tv-1") -> str:
    return provider.clone([RECORDING], name=name, labels={"voice": "7", "revision": "2"}, deadline=soon())


def speak(provider: Provider, remote_id: str | None, text: str = TEXT) -> bytes:
    return b"".join(provider.speak(text, remote_id=remote_id, delivery=Delivery(), deadline=soon()))


def listed(provider: Provider) -> set[str]:
    return {voice.remote_id for voice in provider.list(deadline=soon())}


def test_a_clone_is_listed_under_the_name_and_labels_it_was_given(provider: Provider) -> None:
    remote_id = clone(provider)
    (voice,) = provider.list(deadline=soon())
    found = (voice.remote_id, voice.name, dict(voice.labels))
    assert found == (remote_id, "tv-1", {"voice": "7", "revision": "2"})


def test_several_recordings_make_one_voice(provider: Provider) -> None:
    remote_id = provider.clone([RECORDING, RECORDING], name="tv-1", labels={}, deadline=soon())
    assert listed(provider) == {remote_id}


def test_two_clones_of_one_recording_are_two_voices(provider: Provider) -> None:
    assert {clone(provider, "tv-1"), clone(provider, "tv-2")} == listed(provider)


def test_one_voice_too_many_is_refused_and_leaves_the_others(provider: Provider) -> None:
    kept = {clone(provider, f"tv-{number}") for number in range(CAPACITY)}
    with pytest.raises(ProviderFull):
        clone(provider, "tv-more")
    assert listed(provider) == kept


def test_a_deleted_voice_is_gone_and_its_place_free(provider: Provider) -> None:
    remote_ids = [clone(provider, f"tv-{number}") for number in range(CAPACITY)]
    provider.delete(remote_ids[0], deadline=soon())
    assert listed(provider) == {*remote_ids[1:]}
    clone(provider, "tv-again")


def test_deleting_what_is_gone_is_no_failure(provider: Provider) -> None:
    remote_id = clone(provider)
    for _ in range(2):
        provider.delete(remote_id, deadline=soon())
    assert listed(provider) == set()


def test_a_clone_speaks_audibly_and_long_enough_in_whole_samples(provider: Provider) -> None:
    audio = speak(provider, clone(provider))
    signal = np.frombuffer(audio, "<i2").astype(float)
    assert signal.size / SAMPLE_RATE > len(TEXT) / 25
    assert np.sqrt(np.mean(signal**2)) > 300


def test_every_chunk_holds_whole_samples(provider: Provider) -> None:
    chunks = list(provider.speak(TEXT, remote_id=None, delivery=Delivery(), deadline=soon()))
    assert {len(chunk) % 2 for chunk in chunks} == {0}


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_generic_voice_speaks_without_a_clone(provider: Provider, sex: str, language: str) -> None:
    delivery = Delivery(sex=sex, language=language)  # type: ignore[arg-type]
    assert b"".join(provider.speak("Buenas noches.", remote_id=None, delivery=delivery, deadline=soon()))


def test_a_voice_that_is_gone_is_told_at_the_first_chunk(provider: Provider) -> None:
    remote_id = clone(provider)
    provider.delete(remote_id, deadline=soon())
    speech = provider.speak(TEXT, remote_id=remote_id, delivery=Delivery(), deadline=soon())
    with pytest.raises(VoiceGone):
        next(speech)


def test_a_speech_can_be_left_at_any_moment(provider: Provider) -> None:
    remote_id = clone(provider)
    for _ in range(5):
        speech = provider.speak(TEXT, remote_id=remote_id, delivery=Delivery(), deadline=soon())
        next(speech)
        speech.close()  # type: ignore[attr-defined]
    assert speak(provider, remote_id)


def test_the_account_counts_the_voices(provider: Provider) -> None:
    clone(provider)
    account = provider.account(deadline=soon())
    assert (account.voice_limit, account.voices_used) == (CAPACITY, 1)


def test_threads_share_one_provider(provider: Provider) -> None:
    with ThreadPoolExecutor(3) as threads:
        made = set(threads.map(lambda number: clone(provider, f"tv-{number}"), range(3)))
        spoken = list(threads.map(lambda remote_id: speak(provider, remote_id), made))
    assert listed(provider) == made
    assert all(spoken)


@pytest.mark.live
def test_the_real_service_keeps_the_contract() -> None:
    provider = ElevenLabsProvider(
        api_key=os.environ["ELEVENLABS_API_KEY"], model="eleven_flash_v2_5", default_voice_ids=GENERIC
    )
    live_a_life(provider, name=f"thoughtvoice-live-{uuid.uuid4().hex}", recording=WHOLE)


def test_a_voice_lives_its_whole_life(provider: Provider) -> None:
    live_a_life(provider, name="tv-life", recording=RECORDING)


def live_a_life(provider: Provider, *, name: str, recording: bytes) -> None:
    """One voice, made, found, counted, heard, deleted and missed: all that a real account has to spare."""

    def patiently() -> float:
        return time.monotonic() + 30

    def spoken(remote_id: str | None) -> bytes:
        return b"".join(provider.speak(TEXT, remote_id=remote_id, delivery=Delivery(), deadline=patiently()))

    before = provider.account(deadline=patiently()).voices_used
    labels = {"voice": "7", "revision": "2"}
    remote_id = provider.clone([recording], name=name, labels=labels, deadline=patiently())
    try:
        (found,) = [voice for voice in provider.list(deadline=patiently()) if voice.name == name]
        assert (found.remote_id, dict(found.labels)) == (remote_id, labels)
        assert provider.account(deadline=patiently()).voices_used == before + 1
        assert len(spoken(remote_id)) / 2 / SAMPLE_RATE > len(TEXT) / 25
        assert len(spoken(None)) / 2 / SAMPLE_RATE > len(TEXT) / 25
    finally:
        provider.delete(remote_id, deadline=patiently())
    provider.delete(remote_id, deadline=patiently())
    with pytest.raises(VoiceGone):
        spoken(remote_id)
