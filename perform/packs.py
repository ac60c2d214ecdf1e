"""Show packs: all values of a finite routine, made beforehand, so that a dead venue network stops no show."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.text import slugify

from accounts import preferences, quota
from accounts.models import User
from perform import performances, routines
from perform.greenroom import USUAL_CHARACTERS
from perform.models import Pack, PackItem, Performance, Routine
from perform.serializers import manner
from thoughtvoice.errors import DomainError
from voices.cloning import NoSample
from voices.models import Voice

MAKE = "perform.jobs.make_pack"
ITEMS_A_RUN = 5
TRIES = 3
LEASE = timedelta(minutes=2)
PAUSE = timedelta(minutes=15)
MADE_UP = {"numbers": [str(number) for number in range(100)]}
"""Values of routines that could go on for ever."""
GOING_ON = [Pack.State.MAKING, Pack.State.PAUSED]
WAITS: dict[str, float] = {Pack.State.MAKING: 15, Pack.State.PAUSED: PAUSE.total_seconds()}
"""Seconds after which it may have gone on."""


class EndlessRoutine(DomainError):
    code = "endless_routine"
    title = "This routine has no list of values"

    def __init__(self) -> None:
        super().__init__("Packs are made of cards, star signs and the numbers from 0 to 99.")


class PackUnfinished(DomainError):
    code = "pack_unfinished"
    status = 409
    title = "The pack is not finished"
    retryable = True

    def __init__(self, pack: Pack) -> None:
        going_on = pack.state in GOING_ON
        super().__init__(
            "Ask for its progress until it is done." if going_on else "It was cancelled: order it anew.",
            retry_after=WAITS.get(pack.state),
            state=pack.state,
            failure=pack.failure,
        )
        self.retryable = going_on


@dataclass(frozen=True)
class Progress:
    total: int
    done: int
    failed: int
    characters_expected: int
    """Of the items that are still to be made."""
    characters_left: int
    """Of the month's allowance."""


def order(user: User, routine_key: str, *, language: str, now: datetime) -> Pack:
    """A pack to be made, or the one of the same kind that is being made already; a paused one goes on at once.

    Raises: UnknownRoutine, EndlessRoutine, NoSample.
    """
    routine = routines.find(routine_key)
    values = values_of(routine, language)
    if not Voice.objects.filter(user=user, sample__isnull=False).exists():
        raise NoSample
    there = Pack.objects.filter(user=user, routine=routine.key, language=language, state__in=GOING_ON).first()
    if there:
        Pack.objects.filter(pk=there.pk, state=Pack.State.PAUSED).update(leased_until=now)
        return there
    pack = Pack.objects.create(
        user=user, routine=routine.key, language=language, created_at=now, leased_until=now + LEASE
    )
    alike = Pack.objects.filter(user=user, routine=routine.key, language=language, state__in=GOING_ON)
    first = alike.order_by("created_at", "id").first()
    if first and first != pack:  # ordered twice at the same moment
        pack.delete()
        return first
    PackItem.objects.bulk_create(
        PackItem(pack=pack, position=position, value=value) for position, value in enumerate(values)
    )
    Pack.objects.filter(pk=pack.pk).update(leased_until=now)
    return pack


def values_of(routine: Routine, language: str) -> list[str]:
    values = routine.in_language("values", language) or MADE_UP.get(routine.key)
    if not values:
        raise EndlessRoutine
    return list(values)


def progress(pack: Pack, *, now: datetime) -> Progress:
    items = list(pack.items.values_list("performance", "attempts"))
    done = sum(performance is not None for performance, _ in items)
    failed = sum(performance is None and attempts >= TRIES for performance, attempts in items)
    return Progress(
        total=len(items),
        done=done,
        failed=failed,
        characters_expected=(len(items) - done - failed) * USUAL_CHARACTERS,
        characters_left=quota.usage(pack.user, now=now).left,
    )


def cancel(pack: Pack) -> None:
    """What is made stays; the item at work is finished and nothing after it."""
    going_on = Pack.objects.filter(pk=pack.pk, state__in=GOING_ON)
    going_on.update(state=Pack.State.CANCELLED, finished_at=timezone.now())


def make_some(pack_id: str, *, now: datetime) -> bool:
    """Make a few items; say whether to call again at once. Another worker that comes meanwhile does nothing.

    Whatever stops it, the next call goes on where this one ended.
    """
    mine = Pack.objects.filter(pk=pack_id, state__in=GOING_ON, leased_until__lte=now)
    if not mine.update(state=Pack.State.MAKING, failure="", leased_until=now + LEASE):
        return False
    pack = Pack.objects.select_related("user").get(pk=pack_id)
    for item in _waiting(pack)[:ITEMS_A_RUN]:
        if not _making(pack).update(leased_until=timezone.now() + LEASE):
            return False
        try:
            _make(pack, item)
        except DomainError as error:
            if not _goes_on(pack, item, error):
                return False
    if not pack.items.exists():  # whoever ordered it died before it was filled
        _making(pack).update(state=Pack.State.CANCELLED, finished_at=timezone.now())
        return False
    if _waiting(pack).exists():
        return bool(_making(pack).update(leased_until=timezone.now()))
    _making(pack).update(state=Pack.State.DONE, finished_at=timezone.now())
    return False


def waiting(*, now: datetime, limit: int) -> list[Pack]:
    """Packs that nobody is at: paused ones whose pause is over, and those whose worker died."""
    due = Pack.objects.filter(state__in=GOING_ON, leased_until__lte=now)
    return list(due.order_by("leased_until")[:limit])


def forget_old(*, now: datetime, limit: int) -> int:
    """Their sounds go with the performances, by the same rule."""
    before = now - timedelta(days=settings.RETENTION_DAYS)
    old = Pack.objects.filter(created_at__lt=before).values_list("pk", flat=True)[:limit]
    return Pack.objects.filter(pk__in=list(old)).delete()[1].get("perform.Pack", 0)


def archive(pack: Pack) -> bytes:
    """A zip of the sounds and `manifest.json`, with the same bytes whenever it is made.

    Raises: PackUnfinished.
    """
    if pack.state != Pack.State.DONE:
        raise PackUnfinished(pack)
    file = io.BytesIO()
    told = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as zipped:
        for item, sound in _sounds(pack):
            name = f"{item.position:03d}-{slugify(item.value) or 'value'}.mp3"
            zipped.writestr(_entry(name), sound)
            told.append(_described(item, name, sound))
        manifest = {"pack_id": str(pack.pk), "routine_type": pack.routine, "language": pack.language}
        zipped.writestr(
            _entry("manifest.json"), json.dumps(manifest | {"items": told}, ensure_ascii=False, indent=1)
        )
    return file.getvalue()


def _making(pack: Pack) -> QuerySet[Pack]:
    return Pack.objects.filter(pk=pack.pk, state=Pack.State.MAKING)


def _waiting(pack: Pack) -> QuerySet[PackItem]:
    return PackItem.objects.filter(pack=pack, performance=None, attempts__lt=TRIES)


def _make(pack: Pack, item: PackItem) -> None:
    done = performances.finished(item.pk) or _performed(pack, item)
    PackItem.objects.filter(pk=item.pk).update(performance=done, failure="")


def _performed(pack: Pack, item: PackItem) -> Performance:
    user = pack.user
    wish = performances.Wish(
        routine=pack.routine,
        value=item.value,
        kind=Performance.Kind.PACK,
        made_for=item.pk,
        **manner(preferences.of(user), own_only=True, language=pack.language),
    )
    live = performances.perform(user, wish, now=timezone.now())
    live.complete()
    return live.performance


def _goes_on(pack: Pack, item: PackItem, error: DomainError) -> bool:
    """A value that cannot be made is counted and passed over; what would meet every value pauses the pack."""
    if error.status in {400, 422} or (not error.retryable and error.status not in {402, 403, 409, 503}):
        PackItem.objects.filter(pk=item.pk).update(attempts=F("attempts") + 1, failure=error.code)
        return True
    later = timezone.now() + PAUSE
    _making(pack).update(state=Pack.State.PAUSED, failure=error.code, leased_until=later)
    return False


def _sounds(pack: Pack) -> Iterator[tuple[PackItem, bytes]]:
    for item in PackItem.objects.filter(pack=pack).select_related("performance").order_by("position"):
        if item.performance and item.performance.audio:
            with item.performance.audio.open("rb") as file:
                yield item, file.read()


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))


def _described(item: PackItem, name: str, sound: bytes) -> dict[str, Any]:
    performance = item.performance
    assert performance is not None
    return {
        "value": item.value,
        "file": name,
        "bytes": len(sound),
        "sha256": hashlib.sha256(sound).hexdigest(),
        "performance_id": str(performance.pk),
        "text": performance.text,
        "text_source": performance.text_source,
        "voiceSource": performance.voice_source,
        "seconds": performance.seconds,
    }
