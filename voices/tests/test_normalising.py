import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import cache
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame

from voices import loudness
from voices.decoding import RATE
from voices.normalising import digests, encode_flac, kept, normalise, without_rumble
from voices.tests.sounds import NAMES, spoken, tone

SECONDS = 8.0


@cache
def normalised(name="en_f_allison_1", *, gain=1.0):
    return normalise(without_rumble(spoken(name, seconds=SECONDS) * np.float32(gain)), [])


def as_floats(pcm):
    return pcm.astype(np.float32) / 32_768


def ebur128(samples):
    """Loudness and true peak by FFmpeg's meter, which shares nothing with ours."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout="mono", time_base=Fraction(1, RATE))
    meter = graph.add("ebur128", "peak=true:metadata=1:dualmono=0")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = AudioFrame.from_ndarray(samples[None, :], format="fltp", layout="mono")
    frame.sample_rate, frame.pts = RATE, 0
    graph.push(frame)
    graph.push(None)
    last = {}
    while True:
        try:
            last = graph.pull().metadata or last
        except av.error.EOFError:
            return float(last["lavfi.r128.I"]), 20 * np.log10(float(last["lavfi.r128.true_peak"]))


@pytest.mark.parametrize("name", NAMES)
def test_every_voice_comes_out_at_the_target_and_under_the_ceiling(name):
    lufs, peak = ebur128(as_floats(normalised(name)))
    assert (abs(lufs - -20.0) <= 0.1, peak <= -3.0) == (True, True)


@pytest.mark.parametrize("gain", [0.02, 0.3, 3.0])
def test_how_loud_it_was_recorded_does_not_matter(gain):
    difference = as_floats(normalised(gain=gain)) - as_floats(normalised())
    assert np.abs(difference).max() < 0.001


def test_the_meter_agrees_with_the_standard():
    full_scale = tone(5.0, hz=997.0) / np.float32(0.3)
    assert loudness.integrated(full_scale, rate=RATE) == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize("hz", [50.0, 300.0, 2_000.0, 6_000.0])
def test_the_meter_reads_the_same_at_every_rate(hz):
    read = [loudness.integrated(tone(3.0, hz=hz, rate=rate), rate=rate) for rate in (RATE, 48_000)]
    assert read[0] == pytest.approx(read[1], abs=0.02)


def test_pauses_do_not_count_in_loudness():
    voice = spoken(seconds=6.0)
    paused = np.concatenate([voice, np.zeros(6 * RATE, np.float32)])
    difference = loudness.integrated(paused, rate=RATE) - loudness.integrated(voice, rate=RATE)
    assert abs(difference) < 0.1


def test_the_true_peak_between_samples_is_seen():
    between = np.sin(np.pi / 4 + np.pi / 2 * np.arange(RATE)).astype(np.float32)
    assert loudness.true_peak(between * np.hanning(RATE).astype(np.float32)) == pytest.approx(0.0, abs=0.05)


def test_direct_current_and_rumble_are_removed():
    voice = spoken(seconds=SECONDS)
    shaken = voice + np.float32(0.1) + tone(SECONDS, hz=12.0)
    difference = without_rumble(shaken) - without_rumble(voice)
    assert np.abs(difference[RATE:]).max() < 0.001


def test_silence_stays_silence():
    assert not normalise(np.zeros(RATE, np.float32), []).any()


def test_what_is_shorter_than_a_gating_block_is_survived():
    assert len(normalise(np.zeros(100, np.float32), [])) == 100


@pytest.mark.parametrize(
    ("speech", "stays"),
    [
        ([], [(0.0, 10.0)]),
        ([(2.0, 7.0)], [(1.8, 7.2)]),
        ([(0.1, 9.9)], [(0.0, 10.0)]),
        ([(1.0, 3.0), (4.0, 8.0)], [(0.8, 8.2)]),
        ([(1.0, 3.0), (5.0, 8.0)], [(0.8, 3.4), (4.6, 8.2)]),
        ([(1.0, 2.0), (4.0, 5.0), (7.0, 8.0)], [(0.8, 2.4), (3.6, 5.4), (6.6, 8.2)]),
    ],
)
def test_edges_and_long_pauses_are_shortened(speech, stays):
    assert kept(speech, 10.0) == [pytest.approx(span) for span in stays]


def test_a_cut_pause_lasts_as_long_as_we_keep():
    voice = spoken(seconds=4.0)
    pcm = normalise(voice, [(0.0, 1.0), (3.0, 4.0)])
    assert len(pcm) == pytest.approx(2.8 * RATE, abs=1)


def test_flac_gives_back_the_very_samples():
    pcm = normalised()
    with av.open(BytesIO(encode_flac(pcm))) as container:
        read = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert np.array_equal(read, pcm)


def flac_hash(_=None):
    pcm = normalise(without_rumble(spoken(seconds=SECONDS)), [(0.5, 3.0), (6.0, 7.0)])
    return hashlib.sha256(encode_flac(pcm)).hexdigest()


def test_threads_make_the_same_bytes():
    with ThreadPoolExecutor(2) as threads:
        assert set(threads.map(flac_hash, range(2))) == {flac_hash()}


def test_another_process_makes_the_same_bytes():
    code = "from voices.tests.test_normalising import flac_hash; print(flac_hash())"
    there = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == flac_hash()


def test_digests_are_over_the_bytes_and_over_the_samples():
    pcm = normalised()
    flac = encode_flac(pcm)
    other = pcm.copy()
    other[1000] += 1
    given = digests(pcm, flac)
    assert (given.sample_hash, given.bytes_len) == (hashlib.sha256(flac).hexdigest(), len(flac))
    assert digests(other, flac).pcm_hash != given.pcm_hash == digests(pcm, b"").pcm_hash
