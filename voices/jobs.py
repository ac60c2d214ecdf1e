"""Scheduled work of this app; each call is bounded, repeatable, and says what it did."""

from django.utils import timezone

from voices import samples


def clear_superseded() -> str:
    """Delete recordings that were replaced long enough ago."""
    return f"{samples.clear_superseded(now=timezone.now())} recordings deleted"
