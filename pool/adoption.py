"""A clone that was made before us gets a slot, so that its owner need not wait for another."""

from datetime import datetime

from django.db import IntegrityError

from pool import habits, switches
from pool.models import Account, Build, Slot
from voices.models import Voice
from voices.providers.base import RemoteVoice


def adopt(
    voice: Voice, clone: RemoteVoice, account: Account, *, used_at: datetime, now: datetime
) -> Slot | None:
    """From now on the clone is ours, to speak and to be evicted; None where there is no place for it.

    It carries no mark of ours: its slot's name is its id at the provider, and reconciliation knows it by that.
    """
    slot = _place(account)
    if slot is None:
        return None
    habit = habits.newcomer(used_at)
    try:
        taken = slot.move(
            state=Slot.State.READY,
            voice=voice,
            revision=voice.revision,
            remote_id=clone.remote_id,
            name=clone.remote_id,
            since=now,
            pinned_until=now,
            score=habit.score,
            first_used_at=habit.first_used_at,
            last_used_at=habit.last_used_at,
            pauses=[],
        )
    except IntegrityError:  # the voice has got a slot meanwhile
        return None
    if not taken:
        return None
    made_at = clone.created_at or used_at
    Build.objects.create(
        account=account,
        voice=voice,
        user_id=voice.user_id,
        first=True,
        started_at=made_at,
        finished_at=made_at,
        outcome=Build.Outcome.MADE,
    )
    return slot


def _place(account: Account) -> Slot | None:
    """A free one, else one that is blocked because of this very clone, which was nobody's until now."""
    slots = Slot.objects.filter(account=account).select_related("account").order_by("number")
    if free := slots.filter(state=Slot.State.FREE).first():
        return free
    usable = slots.exclude(state=Slot.State.BLOCKED).count()
    if usable >= switches.current().capacity:
        return None
    return slots.filter(state=Slot.State.BLOCKED).first()
