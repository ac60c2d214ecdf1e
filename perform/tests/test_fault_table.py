"""What a fault at a provider means to the performer: answer, whose voice, what it costs, and the slot after."""

import time
from typing import Any, NamedTuple

import pytest

from accounts.models import User
from conftest import App
from pool.models import Slot
from pool.tests.factories import give_sample
from thoughtvoice.double import Double, Settings
from voices.models import Voice
from voices.providers import elevenlabs, repeating


class Row(NamedTuple):
    """A fault that meets `count` calls of an operation; `calls` is how often it was asked."""

    operation: str
    fault: str
    status: int
    heard: str
    """`voiceSource` of a 200, `code` of a problem."""
    slot: str
    calls: int
    count: int = 9


FREE, READY, UNKNOWN = "free", "ready", "unknown"

TABLE = [
    # Making the clone
    Row("clone", "500", 503, "provider_unavailable", UNKNOWN, 1),
    Row("clone", "after:drop", 503, "provider_unavailable", UNKNOWN, 1),
    Row("clone", "html_200", 503, "provider_unavailable", UNKNOWN, 1),
    Row("clone", "system_busy", 503, "provider_unavailable", FREE, 1),
    Row("clone", "invalid_api_key", 503, "provider_unavailable", FREE, 1),
    Row("clone", "invalid_content", 422, "sample_rejected", FREE, 1),
    # Speaking
    Row("speak", "drop", 200, "pooled", READY, 2, count=1),
    Row("speak", "silent_audio", 200, "pooled", READY, 2, count=1),
    Row("speak", "503", 503, "provider_unavailable", READY, 2),
    Row("speak", "garbage_audio", 503, "provider_unavailable", READY, 2),
    Row("speak", "html_200", 503, "provider_unavailable", READY, 2),
    Row("speak", "quota_exceeded", 503, "provider_unavailable", READY, 1),
    Row("speak", "text_too_long", 422, "text_refused", READY, 1),
    # Writing: the understudy always has a text
    Row("write", "503", 200, "pooled", READY, 4),
    Row("write", "blocked_prompt", 200, "pooled", READY, 1),
    Row("write", "max_tokens", 200, "pooled", READY, 2),
    Row("write", "half_json", 200, "pooled", READY, 4),
]


@pytest.fixture
def stage(on_the_double: Double, alice: User, monkeypatch: pytest.MonkeyPatch) -> Double:
    monkeypatch.setattr(repeating, "PAUSE_SECONDS", 0.001)
    give_sample(Voice.objects.create(user=alice, revision=1))
    return on_the_double


def perform(app: App, **more: Any) -> Any:
    wish = {"routine_type": "cards", "value": "queen of hearts", "voice": "own", **more}
    return app.post_json("/perform", wish)


def spent(app: App) -> int:
    return app.get("/user/me").json()["charCount"]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.operation}-{row.fault}")
def test_a_fault_costs_nothing_unless_there_is_a_performance(stage: Double, as_alice: App, row: Row) -> None:
    kind = row.fault.removeprefix("after:")
    stage.script.add(row.operation, kind, count=row.count, after=kind != row.fault)
    answer = perform(as_alice)
    body = answer.json()
    heard = body["voiceSource"] if answer.status_code == 200 else body["code"]
    assert (answer.status_code, heard) == (row.status, row.heard), body
    assert [call.operation for call in stage.workspace.calls].count(row.operation) == row.calls
    assert (spent(as_alice) > 0) == (row.status == 200)
    assert _slot_of_alice() == row.slot


def _slot_of_alice() -> str:
    return Slot.objects.exclude(state="free").values_list("state", flat=True).first() or "free"


def test_a_voice_that_vanished_is_made_again_in_the_same_performance(stage: Double, as_alice: App) -> None:
    first = perform(as_alice).json()["voiceSource"]
    (voice,) = stage.workspace.voices
    stage.workspace.delete(voice.voice_id, event="deleted_by_hand")
    second = perform(as_alice).json()["voiceSource"]
    assert (first, second, len(stage.workspace.voices)) == ("pooled", "pooled", 1)
    assert _slot_of_alice() == READY


def test_a_provider_that_hangs_ends_by_the_deadline(
    stage: Double, as_alice: App, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PERFORM_DEADLINE_SECONDS = 1.0
    monkeypatch.setattr(elevenlabs, "FIRST_BYTE_SECONDS", 0.2)
    perform(as_alice)
    stage.script.add("speak", "hang", count=9)
    before, started = spent(as_alice), time.monotonic()
    answer = perform(as_alice)
    assert (answer.status_code, spent(as_alice)) == (503, before)
    assert time.monotonic() - started < 10


def test_a_full_account_of_somebody_elses_voices_is_said_to_be_full(stage: Double, as_alice: App) -> None:
    stage.reset(Settings(voice_limit=2))
    for name in ("Grandpa", "Robot"):
        stage.workspace.add_by_hand(name)
    answer = perform(as_alice)
    assert (answer.status_code, answer.json()["code"]) == (503, "slots_busy")
    assert {voice.name for voice in stage.workspace.voices} == {"Grandpa", "Robot"}
