"""The voice services that the settings choose: one for each account."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from voices.providers import capability
from voices.providers.base import Provider, ProviderRefused, Sex
from voices.providers.breaker import Breaker
from voices.providers.capability import Facts
from voices.providers.guarded import Guarded, breaker_of
from voices.providers.offline import OfflineProvider


def get_provider(account: str = "") -> Provider:
    """One instance for each process, account and value of its settings; it keeps its connections.

    Without a name, the first account's. Raises: ProviderRefused, for an account whose key was taken away.
    """
    account = account or next(iter(settings.PROVIDER_ACCOUNTS))
    key = settings.PROVIDER_ACCOUNTS.get(account)
    if key is None:
        raise ProviderRefused
    if not key:
        return _offline(account, settings.OFFLINE_ENGINE_DIR, settings.OFFLINE_ENGINE_PLACES)
    model = settings.ELEVENLABS_MODEL
    return _elevenlabs(
        account,
        key,
        settings.ELEVENLABS_BASE_URL,
        model,
        (settings.ELEVENLABS_DEFAULT_VOICE_ID, settings.ELEVENLABS_DEFAULT_VOICE_ID_MALE),
        capability.facts(model),
    )


def breakers() -> list[Breaker]:
    """One for each account."""
    return [
        breaker_of(f"{'elevenlabs' if key else 'offline'}:{account}")
        for account, key in settings.PROVIDER_ACCOUNTS.items()
    ]


@cache
def _elevenlabs(
    account: str, key: str, base_url: str, model: str, voices: tuple[str, str], facts: Facts
) -> Provider:
    # By its dotted path: who has no key does not pay 0.4 s and 40 MB for the SDK.
    make = import_string("voices.providers.elevenlabs.ElevenLabsProvider")
    generic: dict[Sex, str] = dict(zip(("female", "male"), voices, strict=True))
    return Guarded(
        make(
            api_key=key, base_url=base_url or None, model=model, default_voice_ids=generic, **facts._asdict()
        ),
        account=account,
    )


@cache
def _offline(account: str, folder: Path, places: int) -> Provider:
    return Guarded(OfflineProvider(folder, capacity=places), account=account)
