"""What one process tells the others of a provider: at once in its own memory, a moment later in theirs."""

import pytest
from django.core.cache import cache

from voices.providers import shared


def test_what_this_process_says_it_knows_at_once() -> None:
    assert shared.get("places") is None
    shared.keep("places", 5, seconds=60)
    assert shared.get("places") == 5
    shared.forget("places")
    assert shared.get("places") is None
    shared.count("places", seconds=60)
    assert shared.get("places") == 1


def test_what_another_process_says_it_knows_in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "FRESH_SECONDS", 3600.0)
    assert shared.get("places") is None
    cache.set("places", 5)
    assert shared.get("places") is None
    monkeypatch.setattr(shared, "FRESH_SECONDS", 0.0)
    assert shared.get("places") == 5
