"""The writer that the settings choose."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from perform.writers.base import Writer
from perform.writers.guarded import SERVICE, Guarded, breaker_of
from perform.writers.offline import OfflineWriter
from voices.providers.breaker import Breaker


def get_writer() -> Writer:
    """One instance a process and value of its settings; it keeps its connections."""
    if not settings.GEMINI_API_KEY:
        return _offline()
    return _gemini(
        settings.GEMINI_API_KEY,
        settings.GEMINI_BASE_URL,
        settings.GEMINI_MODEL,
        settings.GEMINI_FALLBACK_MODEL,
    )


def breakers() -> list[Breaker]:
    return [breaker_of(SERVICE)] if settings.GEMINI_API_KEY else []


@cache
def _gemini(key: str, base_url: str, model: str, fallback_model: str) -> Writer:
    # By its dotted path: who has no key does not pay 0.3 s and 26 MB for the SDK.
    make = import_string("perform.writers.gemini.GeminiWriter")
    return Guarded(make(api_key=key, base_url=base_url or None, model=model, fallback_model=fallback_model))


@cache
def _offline() -> Writer:
    return OfflineWriter()
