from importlib import import_module
from typing import Any

import pytest

from thoughtvoice.double import Double


@pytest.fixture(scope="session", autouse=True)
def imported() -> None:
    """The SDKs, so that the first performance does not spend its short deadline on them."""
    for name in ("perform.writers.gemini", "voices.providers.elevenlabs"):
        import_module(name)


@pytest.fixture
def with_gemini(on_the_double: Double, settings: Any) -> Double:
    """Both SDKs against the double, and little time."""
    settings.GEMINI_API_KEY = "a-key"
    settings.GEMINI_BASE_URL = on_the_double.url
    settings.PERFORM_DEADLINE_SECONDS = 6
    return on_the_double
