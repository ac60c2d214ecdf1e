"""Whether a voice may be cloned, and from which sounds: everybody who makes a clone asks here."""

from django.utils.module_loading import import_string

from thoughtvoice.errors import DomainError
from voices.models import Consent, Sample, Voice

EVERYBODY = "pool.switches.cloning"
KEPT = "pool.switches.keeping"
"""By name: the pool knows voices, not the other way round."""


class NoSample(DomainError):
    code = "voice_required"
    status = 409
    title = "There is no voice to speak with yet"

    def __init__(self, detail: str = "Record your voice first.") -> None:
        super().__init__(detail)


class CloningOff(NoSample):
    def __init__(self) -> None:
        super().__init__("Voices are not being made at the moment. Your recording is kept.")


class ConsentWithdrawn(NoSample):
    def __init__(self) -> None:
        super().__init__("Record your voice again, and agree to its use.")


class RecordingLost(NoSample):
    def __init__(self) -> None:
        super().__init__("Your recording cannot be read any more. Record your voice again.")


def allowed(voice: Voice | None) -> bool:
    """What staff decided for this voice, or else for everybody; a change is followed within seconds."""
    own = voice.cloning if voice else None
    return bool(import_string(EVERYBODY)() if own is None else own)


def in_advance(voice: Voice | None) -> bool:
    """Whether a clone is made as soon as there is a recording, before anybody performs."""
    return allowed(voice) and bool(import_string(KEPT)())


def require(voice: Voice) -> None:
    """Raises: NoSample, CloningOff, ConsentWithdrawn."""
    if voice.sample_id is None:
        raise NoSample
    if not allowed(voice):
        raise CloningOff
    if not Consent.objects.filter(user=voice.user_id, withdrawn_at=None).exists():
        raise ConsentWithdrawn


def recordings(voice: Voice) -> list[bytes]:
    """The FLACs that the clone of the present revision is made from, the best first.

    Raises: NoSample, CloningOff, ConsentWithdrawn, RecordingLost.
    """
    require(voice)
    assert voice.sample is not None
    used = Sample.objects.filter(
        user=voice.user_id, upload=voice.sample.upload, verdict=Sample.Verdict.USED
    ).exclude(audio="")
    return [sound(sample) for sample in used.order_by("-score", "id")]


def sound(sample: Sample) -> bytes:
    """The cleaned recording. Raises: RecordingLost."""
    try:
        with sample.audio.open("rb") as file:
            content: bytes = file.read()
    except (OSError, ValueError) as error:  # ValueError: the row names no file any more
        raise RecordingLost from error
    return content
