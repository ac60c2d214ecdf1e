"""The writer that the settings choose, and what happens when it does not answer."""

import time
from typing import Any

import pytest

from perform.writers import get_writer
from perform.writers.base import Brief, WriterError
from perform.writers.gemini_answer import ModelUnavailable
from perform.writers.guarded import WriterDown
from thoughtvoice.double import Double
from voices.providers import figures
from voices.providers.breaker import FAILURES

BRIEF = Brief(routine="cards", value="the seven of clubs", language="en")


def write() -> str:
    return get_writer().write(BRIEF, deadline=time.monotonic() + 5)


def models(double: Double) -> list[str]:
    return [call.path.rpartition("/")[2].partition(":")[0] for call in double.workspace.calls]


def test_without_a_key_phrases_are_put_together() -> None:
    assert get_writer().source == "template"


def test_with_a_key_gemini_writes(on_the_double: Double, settings: Any) -> None:
    settings.GEMINI_MODEL = "gemini-3.8-flash"
    assert (get_writer().source, BRIEF.value in write()) == ("gemini", True)
    get_writer().close()
    assert models(on_the_double) == ["gemini-3.8-flash"]


def test_the_second_model_of_the_settings_stands_in(on_the_double: Double, settings: Any) -> None:
    on_the_double.script.add("write", "503")
    assert BRIEF.value in write()
    assert models(on_the_double) == [settings.GEMINI_MODEL, settings.GEMINI_FALLBACK_MODEL]


def test_a_writer_that_is_down_is_not_asked_any_more(on_the_double: Double) -> None:
    on_the_double.script.add("write", "503", count=99)
    for _ in range(FAILURES):
        with pytest.raises(ModelUnavailable):
            write()
    asked = len(models(on_the_double))
    with pytest.raises(WriterDown) as caught:
        write()
    assert (caught.value.retryable, len(models(on_the_double))) == (False, asked)


def test_connections_closed_under_a_request_end_it(on_the_double: Double) -> None:
    get_writer().writer._connected.get()[0].close()  # type: ignore[attr-defined]
    with pytest.raises(ModelUnavailable):
        write()


def test_blocked_words_open_nothing(on_the_double: Double) -> None:
    on_the_double.script.add("write", "blocked_prompt", count=FAILURES)
    for _ in range(FAILURES):
        with pytest.raises(WriterError):
            write()
    assert BRIEF.value in write()


def test_writings_are_counted_by_how_they_ended(on_the_double: Double) -> None:
    before = figures.WRITINGS.labels("ok")._value.get()
    write()
    assert figures.WRITINGS.labels("ok")._value.get() == before + 1
