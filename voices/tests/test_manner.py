"""How a clone and a delivery become parameters of the engine."""

import pytest

from voices.providers import manner
from voices.providers.base import Delivery
from voices.providers.manner import Clone


def clone(f0_hz: float, colour: float = 1325) -> Clone:
    return Clone(f0_hz=f0_hz, colour=colour, f0_shift=1, colour_shift=1)


def test_style_widens_the_melody_and_stability_narrows_it():
    ranges = [
        manner.choose(None, Delivery(style=style, stability=stability)).range
        for style, stability in [(0, 1), (0, 0.5), (0, 0), (1, 0)]
    ]
    assert ranges == [40, 50, 60, 90]


@pytest.mark.parametrize(
    ("hertz", "voice"), [(100, "en-us+m3"), (150, "en-us+m3"), (160, "en-us+f2"), (220, "en-us+f2")]
)
def test_the_base_voice_follows_the_pitch_of_the_clone_and_not_the_sex_asked_for(hertz, voice):
    assert {manner.choose(clone(hertz), Delivery(sex=sex)).voice for sex in ("female", "male")} == {voice}


@pytest.mark.parametrize(("hertz", "pitch"), [(30, 0), (900, 99)])
def test_a_pitch_beyond_the_engines_range_is_spoken_at_its_edge(hertz, pitch):
    assert manner.choose(clone(hertz), Delivery()).pitch == pitch


def test_a_change_of_speed_is_made_up_for_in_pitch_and_rate():
    plain = manner.choose(clone(200), Delivery(similarity=1))
    quick = manner.choose(clone(200, colour=1325 * 1.1), Delivery(similarity=1))
    assert (plain.speed, plain.rate) == (1, 165)
    assert (quick.speed, quick.rate) == (pytest.approx(1.1), 150)
    assert quick.pitch < plain.pitch


@pytest.mark.parametrize(("colour", "speed"), [(600, 0.9), (3000, 1.12)])
def test_a_colour_out_of_reach_goes_as_far_as_sounds_human(colour, speed):
    assert manner.choose(clone(200, colour), Delivery(similarity=1)).speed == speed


def test_without_similarity_the_base_voice_keeps_its_colour():
    assert manner.choose(clone(200, colour=1500), Delivery(similarity=0)).speed == 1
