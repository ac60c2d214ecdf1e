"""What was performed, for as long as we keep it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import User
from perform.models import Performance

OWN_VOICE = ["pooled", "ephemeral_clone", "user_sample"]

MARGIN_SECONDS = 60
"""Beyond the deadline: what still runs then has no process any more."""


def of(user: User) -> QuerySet[Performance]:
    """What somebody performed; the hundred items of a pack belong to the pack."""
    return Performance.objects.filter(user=user).exclude(kind=Performance.Kind.PACK)


def delete(performance: Performance) -> None:
    """A running one finds its row gone when it ends, and is not charged."""
    Performance.objects.filter(pk=performance.pk).delete()
    performance.delete_sound()


def forget_spoken(user: User, *, until: datetime) -> int:
    """Delete every sound that was made in a voice whose owner took back their consent then; how many."""
    made = Performance.objects.filter(user=user, created_at__lte=until)
    own = made.filter(voice_source__in=OWN_VOICE).exclude(audio="")
    sounds = list(own.exclude(state=Performance.State.RUNNING))
    for performance in sounds:
        performance.delete_sound()
        Performance.objects.filter(pk=performance.pk).update(audio="")
    return len(sounds)


def forget_old(*, now: datetime, limit: int) -> int:
    """Delete the sound and every word of what is older than RETENTION_DAYS; how many were left, they stay for
    the accounts."""
    before = now - timedelta(days=settings.RETENTION_DAYS)
    old = Performance.objects.filter(created_at__lt=before).exclude(state=Performance.State.RUNNING)
    chosen = list(old.exclude(value="", text="", audio="").order_by("created_at")[:limit])
    for performance in chosen:
        performance.delete_sound()
        Performance.objects.filter(pk=performance.pk).update(audio="", text="", value="", topic="")
    return len(chosen)


def pooled_uses(*, after: datetime, before: datetime, limit: int) -> list[tuple[str, datetime]]:
    """Whose voice the pool spoke with, and when, the oldest first; about `limit`, as those of one moment come
    together: who asks for what came after it would miss the others."""
    done = Performance.objects.filter(
        state=Performance.State.DONE, created_at__gt=after, created_at__lt=before, voice_source="pooled"
    )
    uses = done.order_by("created_at").values_list("user_id", "created_at")
    for _, last in uses[limit - 1 : limit]:
        uses = uses.filter(created_at__lte=last)
    return [(str(user_id), at) for user_id, at in uses]


def stuck(*, now: datetime, limit: int) -> list[Performance]:
    """Running ones whose process must have died, the oldest first."""
    latest_end = timedelta(seconds=settings.PERFORM_DEADLINE_SECONDS + MARGIN_SECONDS)
    running = Performance.objects.filter(state=Performance.State.RUNNING, created_at__lt=now - latest_end)
    return list(running.select_related("charge").order_by("created_at")[:limit])
