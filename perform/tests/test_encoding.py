import io
from pathlib import Path

import av
import numpy as np
import pytest

from perform.encoding import BITRATES, Hearing, Mp3Encoder, id3
from voices.providers.base import SAMPLE_RATE

RECORDINGS = Path(__file__).parents[2] / "voices" / "recordings"


def tone(seconds: float, level: float = 0.3) -> bytes:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (np.sin(2 * np.pi * 220 * time) * level * 32767).astype("<i2").tobytes()


def recorded(name: str) -> bytes:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    with av.open(str(RECORDINGS / f"{name}.flac")) as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return b"".join(frame.to_ndarray().astype("<i2").tobytes() for frame in frames)


def encode(pcm: bytes, *, chunk: int, bitrate: int = 128) -> bytes:
    encoder = Mp3Encoder(bitrate)
    return b"".join(encoder.feed(pcm[i : i + chunk]) for i in range(0, len(pcm), chunk)) + encoder.finish()


def heard(pcm: bytes, *, chunk: int = 4096) -> Hearing:
    hearing = Hearing()
    for i in range(0, len(pcm), chunk):
        hearing.feed(pcm[i : i + chunk])
    return hearing


def noise(seconds: float) -> bytes:
    return np.random.default_rng(1).bytes(round(seconds * SAMPLE_RATE) * 2)


@pytest.mark.parametrize("chunk", [2, 478, 960, 8192])
def test_the_mp3_does_not_depend_on_the_chunks(chunk):
    pcm = tone(0.5)

    assert encode(pcm, chunk=chunk) == encode(pcm, chunk=len(pcm))


def test_the_first_mp3_bytes_come_after_at_most_50_ms_of_speech():
    pcm, encoder = tone(0.05), Mp3Encoder()

    early = b"".join(encoder.feed(pcm[i : i + 48]) for i in range(0, len(pcm), 48))

    assert len(early) > 200


@pytest.mark.parametrize("bitrate", [32, 64, 128, 160])
def test_a_player_reads_the_length_of_the_speech(bitrate):
    mp3 = id3(performance_id="p", voice_revision=1) + encode(tone(3.0), chunk=4800, bitrate=bitrate)

    with av.open(io.BytesIO(mp3)) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.layout.name) == (24_000, "mono")
        assert container.duration / av.time_base == pytest.approx(3.0, abs=0.08)
        samples = sum(frame.samples for frame in container.decode(audio=0))
    assert samples / SAMPLE_RATE == pytest.approx(3.0, abs=0.08)


def test_what_is_decoded_is_what_was_encoded():
    pcm = tone(1.0)

    with av.open(io.BytesIO(encode(pcm, chunk=960))) as container:
        decoded = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])

    middle = decoded[6000:18000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.06)  # lame takes 5 % off


def test_a_bitrate_that_24_khz_does_not_have_is_refused():
    assert 192 not in BITRATES
    with pytest.raises(ValueError, match="192 kb/s"):
        Mp3Encoder(192)


def test_nothing_fed_gives_nothing():
    assert encode(b"", chunk=1) == b""


def test_the_tag_says_that_a_machine_spoke_and_in_which_voice():
    mp3 = id3(performance_id="0b9f3b1e-1f0a-4b53-9d0e-6f7f5d1f2a11", voice_revision=3) + encode(
        tone(0.2), chunk=960
    )

    with av.open(io.BytesIO(mp3)) as container:
        assert dict(container.metadata) == {
            "comment": "AI-generated speech",
            "AI_GENERATED": "true",
            "PERFORMANCE_ID": "0b9f3b1e-1f0a-4b53-9d0e-6f7f5d1f2a11",
            "VOICE_REVISION": "3",
        }


def test_a_generic_voice_has_no_revision():
    assert b"VOICE_REVISION" not in id3(performance_id="p")


def test_a_long_tag_keeps_its_sizes_readable():
    mp3 = id3(performance_id="ñ" * 300) + encode(tone(0.2), chunk=960)

    with av.open(io.BytesIO(mp3)) as container:
        assert container.metadata["PERFORMANCE_ID"] == "ñ" * 300


@pytest.mark.parametrize("name", ["en_f_allison_1", "es_f_allison_1", "en_m_librivox"])
def test_people_are_heard_as_speech(name):
    pcm = recorded(name)[: 7 * SAMPLE_RATE * 2]

    assert heard(pcm).is_speech(100)


@pytest.mark.parametrize(
    ("pcm", "characters"),
    [
        (b"", 10),
        (bytes(SAMPLE_RATE * 2 * 7), 100),
        (np.full(SAMPLE_RATE * 7, 9000, "<i2").tobytes(), 100),
        (tone(7, level=0.001), 100),
        (tone(0.05), 1),
        (tone(1), 100),
        (tone(1) + bytes(SAMPLE_RATE * 2 * 6), 100),
        (tone(40), 100),
        (noise(7), 100),
    ],
    ids=["empty", "silent", "offset", "faint", "a click", "cut", "cut and padded", "endless", "noise"],
)
def test_what_cannot_be_the_speech_of_the_text_is_not_speech(pcm, characters):
    assert not heard(pcm).is_speech(characters)


def test_speech_shifted_by_a_byte_is_noise():
    pcm = recorded("en_f_allison_1")[: 7 * SAMPLE_RATE * 2]

    assert not heard(b"\x00" + pcm[:-1]).is_speech(100)


def test_one_short_word_is_speech():
    assert heard(tone(0.3)).is_speech(5)


def test_the_length_and_the_loudest_moment_are_told():
    hearing = heard(tone(1.0, level=0.01) + tone(0.5, level=0.5), chunk=500)

    assert hearing.seconds == 1.5
    assert hearing.loudest == pytest.approx(-9.03, abs=0.05)


def test_before_anything_is_heard_nothing_is_loud():
    assert heard(b"").loudest == -np.inf


@pytest.mark.parametrize("chunk", [2, 1000, 48_000])
def test_the_judgement_does_not_depend_on_the_chunks(chunk):
    pcm = tone(0.5)

    assert heard(pcm, chunk=chunk).loudest == heard(pcm, chunk=len(pcm)).loudest
