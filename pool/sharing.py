"""One person with several accounts and the very same recording needs one clone, where staff have said so."""

from pool import switches
from pool.models import Link, Slot
from voices import cloning
from voices.cloning import NoSample
from voices.models import Voice


def speaker(voice: Voice) -> Voice:
    """The voice whose clone speaks for this one: itself, unless staff have linked it to one of the same recording,
    and both may be cloned."""
    if not switches.current().sharing:
        return voice
    link = Link.objects.filter(voice=voice).select_related("speaks_as__sample").first()
    if link and _same_recording(voice, link.speaks_as) and _may(voice) and _may(link.speaks_as):
        return link.speaks_as
    return voice


def slot_of(voice: Voice) -> Slot | None:
    """The slot whose clone would speak for this voice, whatever its state."""
    return Slot.objects.filter(voice=speaker(voice)).select_related("account", "voice").first()


def _same_recording(one: Voice, other: Voice) -> bool:
    return bool(one.sample and other.sample and one.sample.sample_hash == other.sample.sample_hash)


def _may(voice: Voice) -> bool:
    try:
        cloning.require(voice)
    except NoSample:
        return False
    return True
