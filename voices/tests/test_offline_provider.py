"""The offline engine clones, lists, speaks and deletes, with real recordings and the real espeak-ng."""

import gc
import io
import os
import select
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from voices import pitch
from voices.providers import engine
from voices.providers.base import (
    SAMPLE_RATE,
    Account,
    BadRecording,
    BadSpeech,
    Delivery,
    ProviderBusy,
    ProviderFull,
    ProviderRefused,
    RemoteVoice,
    VoiceGone,
)
from voices.providers.offline import OfflineProvider

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT / "voices" / "recordings"
ENGLISH = "The card you are holding is the seven of hearts, and you chose it because of a summer long ago."
SPANISH = "La carta que tienes es el siete de corazones, y la elegiste por un verano de hace mucho tiempo."
LONG = "Think of the card once more. " * 345
SOON = 20.0


def deadline(seconds: float = SOON) -> float:
    return time.monotonic() + seconds


def recording(name: str) -> bytes:
    return (RECORDINGS / f"{name}.flac").read_bytes()


def flac(samples: np.ndarray, rate: int = 16_000) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=rate, layout="mono", format="s16")
        frame = av.AudioFrame.from_ndarray(samples.astype(np.int16)[None], format="s16", layout="mono")
        frame.rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return file.getvalue()


def decoded(recording: bytes) -> np.ndarray:
    with av.open(io.BytesIO(recording), "r") as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


SENTENCE = flac(decoded(recording("en_m_librivox"))[:64_000])
PITCHES = {
    "en_f_allison_1": 193,
    "es_f_allison_1": 215,
    "ru_f_ivrvoice_1": 217,
    "it_m_carlo_1": 178,
    "en_m_librivox": 99,
}


def clone(provider: OfflineProvider, recording: bytes = SENTENCE) -> str:
    return provider.clone([recording], name="somebody", labels={}, deadline=deadline())


def speech(provider: OfflineProvider, text: str, remote_id: str | None = None, **delivery) -> bytes:
    given = Delivery(**delivery)
    return b"".join(provider.speak(text, remote_id=remote_id, delivery=given, deadline=deadline()))


def samples(pcm: bytes) -> pitch.Samples:
    return np.frombuffer(pcm, "<i2") / np.float32(32_768)


def seconds(pcm: bytes) -> float:
    return len(pcm) / 2 / SAMPLE_RATE


def f0(pcm: bytes) -> float:
    return pitch.measure(samples(pcm), SAMPLE_RATE).f0_hz


def descriptors() -> set[str]:
    gc.collect()
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def children() -> str:
    """The engine's processes; others of this test run are none of its business."""
    mine = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return " ".join(pid for pid in mine if b"espeak.py" in Path(f"/proc/{pid}/cmdline").read_bytes())


@pytest.fixture
def provider(tmp_path):
    return OfflineProvider(tmp_path, capacity=3)


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    return OfflineProvider(tmp_path_factory.mktemp("studio"))


@pytest.fixture(scope="module")
def cast(studio):
    return {name: clone(studio, recording(name)) for name in PITCHES}


def test_a_clone_is_listed_as_it_was_named(provider):
    before = datetime.now(UTC)
    remote_id = provider.clone([SENTENCE], name="tv_1", labels={"user": "ñ"}, deadline=deadline())
    [voice] = provider.list(deadline=deadline())
    assert voice.created_at is not None
    assert before <= voice.created_at <= datetime.now(UTC)
    assert voice == RemoteVoice(
        remote_id=remote_id, name="tv_1", labels={"user": "ñ"}, created_at=voice.created_at
    )


def test_the_account_counts_the_places(provider):
    clone(provider)
    assert provider.account(deadline=deadline()) == Account(voice_limit=3, voices_used=1)


def test_a_clone_beyond_the_capacity_is_refused(tmp_path):
    provider = OfflineProvider(tmp_path, capacity=1)
    clone(provider)
    with pytest.raises(ProviderFull):
        clone(provider)
    assert provider.account(deadline=deadline()).voices_used == 1


def test_deleting_frees_the_place_and_may_be_repeated(provider):
    remote_id = clone(provider)
    provider.delete(remote_id, deadline=deadline())
    provider.delete(remote_id, deadline=deadline())
    assert list(provider.list(deadline=deadline())) == []


@pytest.mark.parametrize("remote_id", ["unknown", "", "../../etc/passwd", "*", "a\0b"])
def test_a_voice_nobody_made_is_gone(provider, remote_id):
    clone(provider)
    provider.delete(remote_id, deadline=deadline())
    stream = provider.speak("Hello.", remote_id=remote_id, delivery=Delivery(), deadline=deadline())
    with pytest.raises(VoiceGone):
        next(stream)
    assert provider.account(deadline=deadline()).voices_used == 1


@pytest.mark.parametrize(
    "recordings",
    [
        [],
        [b""],
        [b"not a recording"],
        [b"fLaC" + bytes(100)],
        [SENTENCE[:50]],
        [flac(np.zeros(32_000))],
        [flac(np.random.default_rng(1).normal(0, 3000, 32_000))],
        [SENTENCE, b"not a recording"],
    ],
    ids=["none", "empty", "text", "a bare mark", "cut in the header", "silence", "noise", "one bad of two"],
)
def test_a_recording_without_a_voice_is_refused_and_takes_no_place(provider, recordings):
    with pytest.raises(BadRecording):
        provider.clone(recordings, name="x", labels={}, deadline=deadline())
    assert provider.account(deadline=deadline()).voices_used == 0


def test_a_clone_past_its_deadline_takes_no_place(provider):
    with pytest.raises(ProviderBusy):
        provider.clone([SENTENCE], name="x", labels={}, deadline=time.monotonic())
    assert provider.account(deadline=deadline()).voices_used == 0


@pytest.mark.parametrize(("language", "text"), [("en", ENGLISH), ("es", SPANISH)], ids=["en", "es"])
@pytest.mark.parametrize("name", PITCHES)
def test_a_clone_speaks_at_the_pitch_of_its_owner(studio, cast, name, language, text):
    spoken = speech(studio, text, cast[name], language=language)
    assert abs(12 * np.log2(f0(spoken) / PITCHES[name])) < 1.5
    assert 3 < seconds(spoken) < 10


def test_colour_is_heard_as_far_as_similarity_asks(studio, cast):
    def colour(similarity: float) -> float:
        spoken = speech(studio, ENGLISH, cast["it_m_carlo_1"], similarity=similarity)
        return pitch.measure(samples(spoken), SAMPLE_RATE).colour

    assert colour(1) < colour(0) * 0.93


def test_two_people_who_measure_alike_still_differ(provider):
    sound = decoded(SENTENCE)
    one, other = clone(provider, flac(sound)), clone(provider, flac(np.append(sound, 0)))
    assert speech(provider, "Hello.", one) != speech(provider, "Hello.", other)


def test_many_threads_speak_at_once_without_mixing_their_words(provider):
    texts = ["Seven of hearts.", "Queen of spades.", "Leo.", "Ten."] * 2
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: speech(provider, text), texts))
    assert together[:4] == together[4:] == [speech(provider, text) for text in texts[:4]]


def test_without_a_clone_the_generic_voice_of_the_asked_sex_speaks(provider):
    assert f0(speech(provider, ENGLISH, sex="female")) > 180
    assert f0(speech(provider, ENGLISH, sex="male")) < 125


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_speech_is_about_minus_20_dbfs_and_never_clips(provider, language, sex):
    spoken = samples(speech(provider, ENGLISH if language == "en" else SPANISH, language=language, sex=sex))
    frames = spoken[: len(spoken) // 480 * 480].reshape(-1, 480)
    power = np.square(frames).mean(axis=1)
    assert 10 * np.log10(power[power > power.max() / 1000].mean()) == pytest.approx(-20, abs=1)
    assert np.abs(spoken).max() < 0.99


def test_the_same_words_give_the_same_bytes_in_another_process(provider, tmp_path):
    remote_id = clone(provider)
    program = (
        "import sys, time; from pathlib import Path; from voices.providers.base import Delivery;"
        "from voices.providers.offline import OfflineProvider;"
        "speech = OfflineProvider(Path(sys.argv[1])).speak(sys.argv[3], remote_id=sys.argv[2],"
        "delivery=Delivery(), deadline=time.monotonic() + 20); sys.stdout.buffer.write(b''.join(speech))"
    )
    there = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program, tmp_path, remote_id, ENGLISH],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert there.stdout == speech(provider, ENGLISH, remote_id)


def test_the_same_words_give_the_same_bytes_in_the_next_second(provider):
    second = int(time.time())
    spoken = {speech(provider, "Seven.")}
    while int(time.time()) == second:
        spoken.add(speech(provider, "Seven."))
    assert spoken == {speech(provider, "Seven.")}


@pytest.mark.parametrize(
    "text",
    [
        "before\0after",
        "\x0199p\x01 high",
        "[[h@l'oU]]",
        "<voice name='ru'>seven</voice>",
        "\ud800 alone",
        "😀🚀",
        "مرحبا 你好 привет",
    ],
)
def test_any_text_is_spoken_as_text(provider, text):
    assert 0.2 < seconds(speech(provider, text)) < 10


def test_text_after_a_null_is_spoken(provider):
    assert speech(provider, "seven\0hearts") == speech(provider, "seven hearts")


def test_a_command_to_the_engine_in_the_text_is_ignored(provider):
    assert speech(provider, "\x0110S seven of hearts") == speech(provider, " 10S seven of hearts")


def test_markup_is_not_obeyed(provider):
    assert seconds(speech(provider, 'One <break time="9s"/> two.')) < 7


@pytest.mark.parametrize("text", ["", "   ", "...", "\ue000", "\0\0"])
def test_a_text_with_nothing_to_say_is_refused_before_the_first_chunk(provider, text):
    stream = provider.speak(text, remote_id=None, delivery=Delivery(), deadline=deadline())
    with pytest.raises(BadSpeech):
        next(stream)


def test_ten_thousand_characters_stream_from_the_start(provider):
    stream = provider.speak(LONG, remote_id=None, delivery=Delivery(), deadline=deadline())
    assert 0 < seconds(next(stream)) < 10
    stream.close()


def test_nothing_starts_before_the_first_chunk_is_asked_for(provider):
    before = descriptors()
    stream = provider.speak(ENGLISH, remote_id="unknown", delivery=Delivery(), deadline=0)
    assert descriptors() == before
    stream.close()


def test_a_deadline_that_passed_starts_nothing(provider):
    stream = provider.speak(ENGLISH, remote_id=None, delivery=Delivery(), deadline=time.monotonic())
    with pytest.raises(ProviderBusy):
        next(stream)
    assert children() == ""


def test_the_deadline_ends_the_speech_and_its_process(provider):
    stream = provider.speak(LONG, remote_id=None, delivery=Delivery(), deadline=deadline(0.25))
    with pytest.raises(ProviderBusy):
        list(stream)
    assert children() == ""


def test_the_process_ends_itself_where_nobody_reads_on(provider):
    stream = provider.speak(LONG, remote_id=None, delivery=Delivery(), deadline=deadline(0.5))
    next(stream)
    ended = select.poll()
    ended.register(child := os.pidfd_open(int(children())), select.POLLIN)
    assert ended.poll(5_000)
    os.close(child)
    with pytest.raises(ProviderBusy):
        list(stream)


def test_streams_closed_early_leave_no_process_and_no_descriptor(provider):
    before = descriptors()
    for _ in range(10):
        stream = provider.speak(LONG, remote_id=None, delivery=Delivery(), deadline=deadline())
        next(stream)
        stream.close()
    assert descriptors() == before
    assert children() == ""


def test_the_engine_inherits_neither_environment_nor_descriptors(provider):
    with (ROOT / "manage.py").open() as ours:
        os.set_inheritable(ours.fileno(), True)
        stream = provider.speak(LONG, remote_id=None, delivery=Delivery(), deadline=deadline())
        next(stream)
        process = Path("/proc") / children().strip()
        assert (process / "environ").read_bytes() == b""
        assert {path.name for path in (process / "fd").iterdir()} == {"0", "1", "2"}
        stream.close()


def test_the_gpl_package_is_never_imported(provider):
    speech(provider, "Hello.")
    assert "espeakng_loader" not in sys.modules


def test_a_missing_library_is_the_operators_to_install(provider, monkeypatch):
    monkeypatch.setattr(engine, "LIBRARY", "libespeak-ng.missing")
    stream = provider.speak("Hello.", remote_id=None, delivery=Delivery(), deadline=deadline())
    with pytest.raises(ProviderRefused, match="pip install espeakng-loader"):
        next(stream)


def test_a_library_that_cannot_be_loaded_is_the_operators_to_repair(provider, monkeypatch):
    monkeypatch.setattr(engine, "LIBRARY", "__init__.py")
    stream = provider.speak("Hello.", remote_id=None, delivery=Delivery(), deadline=deadline())
    with pytest.raises(ProviderRefused, match="reinstall espeakng-loader"):
        next(stream)


def test_a_folder_that_cannot_be_written_is_a_retryable_failure(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ProviderBusy):
        clone(OfflineProvider(tmp_path / "file"))
