import numpy as np
import pytest

from perform.beds import BEDS, SECONDS, make
from perform.mixing import BED_LEVEL, FULL_SCALE
from voices.providers.base import SAMPLE_RATE


@pytest.fixture(scope="module", params=sorted(BEDS))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def bed(name):
    return make(name)


def test_the_beds_are_these():
    assert sorted(BEDS) == ["fan", "rain", "room"]


def test_a_bed_is_the_same_every_time(name, bed):
    assert np.array_equal(make(name), bed)


def test_a_bed_has_its_length_and_level_and_does_not_clip(bed):
    assert (bed.dtype, len(bed)) == (np.int16, SECONDS * SAMPLE_RATE)
    assert 20 * np.log10(np.std(bed / FULL_SCALE)) == pytest.approx(BED_LEVEL, abs=0.1)
    assert np.abs(bed.astype(int)).max() < 0.98 * FULL_SCALE - 1


def test_a_bed_turns_without_a_click(bed):
    turn = np.concatenate([bed[-1200:], bed[:1200]]).astype(int)

    assert abs(turn[1200] - turn[1199]) <= np.abs(np.diff(turn)).max()
    assert abs(turn[1200] - turn[1199]) < 4 * np.std(np.diff(turn))


def test_a_bed_never_drops_out_or_jumps(bed):
    tenths = bed.astype(float).reshape(-1, SAMPLE_RATE // 10)
    loudness = 10 * np.log10(np.mean(np.square(tenths), axis=1))

    assert np.ptp(loudness) < 9


def test_the_beds_differ_in_colour():
    brightness = {name: _brightness(make(name)) for name in BEDS}

    assert brightness["room"] < brightness["fan"] < brightness["rain"]


def _brightness(pcm: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(pcm[: 4 * SAMPLE_RATE])) ** 2
    return float((power * np.arange(len(power))).sum() / power.sum() / 4)
