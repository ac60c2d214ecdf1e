from typing import Any

import pytest

from voices import intake
from voices.intake import Prepared, prepare

prepared: dict[Any, Prepared] = {}


def prepare_once(data: bytes, *, limits: Any, thresholds: Any, **rest: Any) -> Prepared:
    """What comes of a recording never changes: whichever test sends it first takes the time."""
    wish = (data, limits, thresholds)
    if wish not in prepared:
        prepared[wish] = prepare(data, limits=limits, thresholds=thresholds, **rest)
    return prepared[wish]


@pytest.fixture
def short_samples(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few seconds are enough, so that a test takes as little of ours."""
    settings.SAMPLE_MIN_SECONDS = 2.0
    settings.SAMPLE_THRESHOLDS = {**settings.SAMPLE_THRESHOLDS, "least_speech_seconds": 1.0}
    monkeypatch.setattr(intake, "prepare", prepare_once)
