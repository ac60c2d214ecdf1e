"""What a plan allows and what is used of it, read from the provider and kept as a row."""

from django.db.models import F
from django.utils import timezone

from pool.models import Account
from voices.providers import get_provider
from voices.providers.base import ProviderError, ProviderRefused


def poll(account: Account, *, deadline: float) -> str:
    """Ask the provider. What cannot be read now stays as it was."""
    asked_at = timezone.now()
    row = Account.objects.filter(pk=account.pk)
    try:
        told = get_provider(account.name).account(deadline=deadline)
    except ProviderError as error:
        if isinstance(error, ProviderRefused):
            row.update(refusals=F("refusals") + 1)
        return f"{account.name}: {type(error).__name__}"
    row.update(
        refusals=0,
        voice_limit=told.voice_limit,
        creations_limit=told.creations_limit,
        creations_used=told.creations_used or 0,
        characters_limit=told.characters_limit,
        characters_used=told.characters_used or 0,
        concurrency=told.concurrency,
        resets_at=told.resets_at,
        polled_at=asked_at,
    )
    return f"{account.name}: {told.voices_used} of {told.voice_limit} voices"
