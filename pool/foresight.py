"""Who comes back at a habitual hour finds the voice made already; only in places that are free."""

from datetime import datetime, timedelta

from django.conf import settings

from pool import admission, budget, switches
from pool.habits import expected
from pool.models import Account, RememberedHabit, Slot
from thoughtvoice.errors import DomainError
from voices.models import Voice

AHEAD = timedelta(minutes=30)
LONGEST_PAUSE = timedelta(days=35)
LOOKED_AT = 2000


def warm_ahead(*, now: datetime, limit: int, deadline: float) -> int:
    """How many voices were made. A rebuild that is foreseen right would be spent an hour later anyway."""
    if not switches.current().enabled or not _can_spare():
        return 0
    made = 0
    for voice in _about_to_return(now)[:limit]:
        try:
            admission.admit(voice, deadline=deadline, pin_seconds=0, only_free=True)
        except DomainError:
            break
        made += 1
    return made


def _can_spare() -> bool:
    left = [budget.budget(account).left for account in Account.objects.all()]
    return any(creations is None or creations > 2 * settings.POOL_CREATION_RESERVE for creations in left)


def _about_to_return(now: datetime) -> list[Voice]:
    resident = set(Slot.objects.exclude(voice=None).values_list("voice_id", flat=True))
    recent = RememberedHabit.objects.filter(last_used_at__gt=now - LONGEST_PAUSE).order_by("-last_used_at")
    soon = [
        (when, kept.voice_id)
        for kept in recent[:LOOKED_AT]
        if kept.voice_id not in resident and (when := expected(kept.habit)) and abs(when - now) <= AHEAD
    ]
    voices = Voice.objects.exclude(sample=None).select_related("sample")
    found = voices.in_bulk([voice_id for _, voice_id in soon])
    return [found[voice_id] for _, voice_id in sorted(soon) if voice_id in found]
