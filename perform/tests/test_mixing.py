import numpy as np
import pytest

from perform.mixing import BED_LEVEL, BLOCK, FADE_OUT, FULL_SCALE, Mixer, seamless, soft_knee
from voices.providers.base import SAMPLE_RATE

SILENCE = bytes(2 * SAMPLE_RATE)


def noise(seconds: float, level: float = 0.1, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE))
    return np.clip(random * level * FULL_SCALE, -32767, 32767).astype(np.int16)


def tone(seconds: float, level: float = 0.1, hertz: float = 200) -> np.ndarray:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (np.sin(2 * np.pi * hertz * time) * level * FULL_SCALE).astype(np.int16)


def mix(pcm: bytes, bed: np.ndarray | None, volume: float = 1.0, *, chunk: int = 4096) -> np.ndarray:
    mixer = Mixer(bed, volume)
    parts = [mixer.feed(pcm[i : i + chunk]) for i in range(0, len(pcm), chunk)]
    return np.frombuffer(b"".join([*parts, mixer.finish()]), "<i2")


def decibels(pcm: np.ndarray) -> float:
    return 20 * np.log10(np.sqrt(np.mean(np.square(pcm / FULL_SCALE))))


def steepest(pcm: np.ndarray) -> int:
    return int(np.abs(np.diff(pcm.astype(int))).max())


@pytest.mark.parametrize("chunk", [2, 478, 480, 962, 4096, 30_000])
def test_the_mix_does_not_depend_on_the_chunks(chunk):
    speech = (noise(0.6).tobytes() + SILENCE)[:45_002]
    bed = noise(0.7, seed=2)

    assert np.array_equal(mix(speech, bed, chunk=chunk), mix(speech, bed, chunk=len(speech)))


@pytest.mark.parametrize(("bed", "volume"), [(None, 1.0), (noise(1), 0.0), (np.empty(0, np.int16), 1.0)])
def test_without_a_bed_the_speech_passes_untouched_and_at_once(bed, volume):
    mixer = Mixer(bed, volume)

    assert mixer.feed(b"\x01\x02") == b"\x01\x02"
    assert mixer.finish() == b""


def test_the_mix_is_at_most_one_block_behind():
    mixer, out = Mixer(noise(1), 0.5), 0

    for fed in range(100, 5000, 100):
        out += len(mixer.feed(bytes(2 * 100))) // 2
        assert fed - out < BLOCK


def test_quiet_speech_comes_out_at_its_place_and_size():
    speech = tone(1.0)

    mixed = mix(speech.tobytes(), np.ones(SAMPLE_RATE, np.int16))

    assert np.abs(mixed[: len(speech)].astype(int) - speech).max() <= 3


def test_the_bed_outlasts_the_speech_by_its_fade_and_no_more():
    mixed = mix(SILENCE, noise(2))

    assert SAMPLE_RATE + FADE_OUT <= len(mixed) <= SAMPLE_RATE + FADE_OUT + 2 * BLOCK
    assert not mixed[SAMPLE_RATE + FADE_OUT :].any()


def test_the_bed_fades_in_and_out():
    mixed = mix(SILENCE, np.full(SAMPLE_RATE, 3000, np.int16))
    plateau = int(mixed.max())

    assert plateau == pytest.approx(3000, abs=2)
    assert (mixed[0], mixed[-1]) == (0, 0)
    assert steepest(mixed) <= 2


def test_the_bed_goes_round():
    mixed = mix(SILENCE * 3, np.arange(SAMPLE_RATE, dtype=np.int16) // 2)

    assert np.array_equal(mixed[SAMPLE_RATE : 2 * SAMPLE_RATE], mixed[2 * SAMPLE_RATE : 3 * SAMPLE_RATE])


@pytest.mark.parametrize(("volume", "lower"), [(1.0, 0.0), (0.5, 12.0), (0.25, 24.1)])
def test_the_volume_is_a_fader(volume, lower):
    bed = noise(1, seed=2)

    settled = mix(SILENCE * 2, bed, volume)[SAMPLE_RATE : 2 * SAMPLE_RATE]

    assert decibels(settled) == pytest.approx(decibels(bed) - lower, abs=0.2)


def test_the_bed_steps_back_under_speech_and_returns():
    speech = tone(2.0)
    mixed = mix(SILENCE + speech.tobytes() + SILENCE * 3, noise(4, 0.03, seed=2))
    before = mixed[SAMPLE_RATE // 2 : SAMPLE_RATE]
    under = mixed[2 * SAMPLE_RATE : 3 * SAMPLE_RATE].astype(int) - speech[SAMPLE_RATE:]
    after = mixed[int(5.5 * SAMPLE_RATE) : 6 * SAMPLE_RATE]

    assert decibels(under) == pytest.approx(decibels(before) - 6, abs=0.4)
    assert decibels(after) == pytest.approx(decibels(before), abs=0.4)


def test_the_bed_moves_without_steps():
    speech = np.where(np.arange(2 * SAMPLE_RATE) // 6000 % 2, 300, 0).astype(np.int16)
    mixed = mix(speech.tobytes(), np.full(SAMPLE_RATE, 8000, np.int16))[: len(speech)]

    assert steepest(mixed.astype(int) - speech) <= 15


def test_the_loudest_speech_over_the_loudest_bed_never_clips():
    loud = np.tile(np.array([32767, -32768], np.int16), SAMPLE_RATE // 2)

    mixed = mix(loud.tobytes(), loud).astype(int)

    assert 29_000 < np.abs(mixed).max() < 32_767


def test_the_knee_leaves_the_quiet_alone_and_keeps_the_order_of_the_loud():
    rising = np.linspace(-2, 2, 4001, dtype=np.float32)

    bent = soft_knee(rising)

    assert np.array_equal(bent[np.abs(rising) <= 0.8], rising[np.abs(rising) <= 0.8])
    assert np.diff(bent).min() > 0
    assert np.abs(bent).max() < 1


def test_nothing_in_is_nothing_out():
    assert mix(b"", noise(1)).size == 0


def test_a_seamless_bed_turns_without_a_click():
    loop = seamless(tone(4.03, hertz=97.3) + np.int16(500))

    assert steepest(np.concatenate([loop[-100:], loop[:100]])) <= steepest(loop[5000:10_000]) * 1.3


def test_a_seamless_bed_keeps_its_loudness_through_the_turn():
    loop = seamless(noise(6))
    turn = loop[-SAMPLE_RATE:].reshape(10, -1)

    assert len(loop) == 5 * SAMPLE_RATE
    assert [decibels(part) for part in turn] == pytest.approx([BED_LEVEL] * 10, abs=1.0)


def test_a_bed_is_brought_to_level_and_freed_of_its_offset():
    loop = seamless(noise(4, 0.01) + np.int16(2000))

    assert decibels(loop) == pytest.approx(BED_LEVEL, abs=0.1)
    assert loop.mean() == pytest.approx(0, abs=15)  # what rounding leaves, raised with the level


def test_a_bang_in_a_bed_is_not_clipped_for_the_level():
    bed = noise(4, 0.001)
    bed[2 * SAMPLE_RATE] = 20_000

    loop = seamless(bed)

    assert decibels(loop[: SAMPLE_RATE // 2]) == pytest.approx(-60 + 20 * np.log10(32_767 / 20_000), abs=0.3)


@pytest.mark.parametrize(
    ("bed", "reason"),
    [
        (noise(2.9), "at least 3 seconds"),
        (np.empty(0, np.int16), "at least 3 seconds"),
        (np.zeros(4 * SAMPLE_RATE, np.int16), "silent"),
        (np.full(4 * SAMPLE_RATE, 900, np.int16), "silent"),
    ],
)
def test_a_bed_that_is_short_or_silent_is_refused(bed, reason):
    with pytest.raises(ValueError, match=reason):
        seamless(bed)
