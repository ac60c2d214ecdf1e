import gc
import logging

import pytest

from thoughtvoice import warming
from thoughtvoice.double import Double


@pytest.fixture
def outcomes(caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    caplog.set_level(logging.INFO, "thoughtvoice.providers")

    def warmed() -> dict[str, str]:
        warming.run()
        return {r.part: r.outcome for r in caplog.records if r.message == "warmed"}  # type: ignore[attr-defined]

    return warmed  # type: ignore[return-value]


def test_connections_are_opened_before_the_first_performer_comes(on_the_double: Double, outcomes) -> None:
    assert outcomes() == {"default": "ok", "writer": "ok"}
    assert [call.operation for call in on_the_double.workspace.calls] == ["account", "model"]
    assert on_the_double.connections == 2


def test_providers_that_refuse_fail_no_start(on_the_double: Double, outcomes) -> None:
    on_the_double.script.add("*", "invalid_api_key", count=9)
    assert outcomes() == {"default": "ProviderRefused", "writer": "WriterRefused"}


@pytest.mark.django_db
def test_nothing_is_asked_without_a_key(outcomes) -> None:
    assert outcomes() == {"writer": "ok"}


@pytest.mark.django_db
def test_what_is_loaded_by_then_is_not_searched_for_garbage_again() -> None:
    gc.unfreeze()
    warming.warm().join(30)
    assert gc.get_freeze_count() > 10_000
