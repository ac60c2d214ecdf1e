"""The engine's process may hang, break or stutter; each program here stands in for espeak.py."""

import time

import pytest

from voices.providers import engine
from voices.providers.base import Delivery, ProviderBusy, ProviderError
from voices.providers.offline import OfflineProvider

TONE = "tone = (b'\\x00\\x10' * 20 + b'\\x00\\xf0' * 20) * 500\n"


@pytest.fixture
def speak(tmp_path, monkeypatch):
    def start(program: str, *, seconds: float = 10):
        path = tmp_path / "program.py"
        path.write_text(f"import sys, time\nout = sys.stdout.buffer\n{TONE}{program}")
        monkeypatch.setattr(engine, "PROGRAM", path)
        return OfflineProvider(tmp_path).speak(
            "Hello.", remote_id=None, delivery=Delivery(), deadline=time.monotonic() + seconds
        )

    return start


def test_a_hung_engine_is_ended_at_the_deadline(speak):
    started = time.monotonic()
    with pytest.raises(ProviderBusy):
        next(speak("time.sleep(20)", seconds=0.2))
    assert time.monotonic() - started < 10


def test_a_hung_engine_is_ended_when_the_stream_is_closed(speak):
    started = time.monotonic()
    stream = speak("out.write(tone); out.flush(); time.sleep(20)")
    next(stream)
    stream.close()
    assert time.monotonic() - started < 10


def test_an_engine_that_lingers_after_its_last_sample_is_ended_at_the_deadline(speak):
    with pytest.raises(ProviderBusy):
        list(speak("import os; os.write(1, tone); os.close(1); time.sleep(20)", seconds=0.3))


def test_an_engine_that_breaks_half_way_is_a_failure_after_the_audio_it_gave(speak):
    stream = speak("out.write(tone); out.flush(); sys.exit('it broke')")
    assert next(stream)
    with pytest.raises(ProviderError) as failure:
        list(stream)
    assert failure.value.retryable
    assert str(failure.value) == "The offline voice stopped."
    assert str(failure.value.__cause__) == "it broke"


def test_the_bytes_do_not_depend_on_how_they_arrive(speak):
    silence = "tone = bytes(44_100) + tone\n"
    at_once = b"".join(speak(silence + "out.write(tone)"))
    pieces = "for at in range(0, len(tone), 9_999): out.write(tone[at : at + 9_999]); out.flush(); "
    stuttered = b"".join(speak(silence + pieces + "time.sleep(0.005)"))
    assert stuttered == at_once


def test_a_silent_beginning_is_cut_to_a_twentieth_of_a_second(speak):
    spoken = b"".join(speak("out.write(bytes(88_200) + tone)"))
    tone = 20_000 * engine.SAMPLE_RATE / engine.PROGRAM_RATE
    assert len(spoken) / 2 == pytest.approx(tone + engine.LEAD, abs=50)
