"""Uploads become the voice's new samples; old ones become history, and go."""

import math
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import F

from accounts.models import User
from thoughtvoice.errors import DomainError
from voices import agreement, vault, verdicts
from voices.decoding import Limits
from voices.models import Consent, Sample, Voice
from voices.normalising import PIPELINE
from voices.providers.base import Language
from voices.quality import Thresholds
from voices.rejection import Problem, SampleRejected
from voices.uploads import SampleTooLarge
from voices.verdicts import Judged, Verdict

INTAKE_SECONDS = 10.0
CLEARED_A_RUN = 500


class ConsentMissing(DomainError):
    code = "consent_required"
    status = 422
    title = "We may not imitate a voice without its owner's consent"

    def __init__(self) -> None:
        super().__init__("Show the consent text, and send consent=true when the speaker agrees.")


@dataclass(frozen=True)
class Accepted:
    voice: Voice
    samples: list[Sample]
    """One for each recording, in their order."""
    same_recording: bool
    """The voice is made from just these already: nothing has changed."""


def accept(
    user: User,
    recordings: Sequence[bytes],
    *,
    consent: bool,
    language: Language,
    now: datetime,
    version: str = agreement.VERSION,
) -> Accepted:
    """Clean and judge recordings, and make the best of them those that the user's voice is made from.

    Each is kept in the history, the rejected ones too. `version` is of the wording that was agreed to.
    Raises: ConsentMissing, SampleTooLarge, SampleRejected if not one of them can be used.
    """
    if not consent:
        raise ConsentMissing
    judged = _judge(recordings)
    same = _nothing_new(user, judged)
    upload = uuid.uuid4()
    samples = [_keep(user, one, upload, now) for one in judged]
    best = max(samples, key=lambda sample: (sample.verdict != Verdict.REJECTED, sample.score or 0))
    if best.verdict == Verdict.REJECTED:
        raise _rejected(samples, best, language)
    _record_consent(user, best, language, version, now)
    if not same:
        _supersede(user, samples, now)
    return Accepted(Voice.objects.select_related("sample").get(user=user), samples, same)


def erase(user: User, *, now: datetime) -> None:
    """Withdraw the consent and delete every recording and what was measured on it.

    The voice stays, with nothing to speak from; no clone made until now may speak again.
    """
    # The voice first: whatever interrupts us, it speaks no more, and the job finds the sounds that are left.
    next_revision = F("revision") + 1
    Voice.objects.filter(user=user).update(sample=None, revision=next_revision, oldest_revision=next_revision)
    long_ago = now - timedelta(days=settings.SAMPLE_RETENTION_DAYS, minutes=1)
    Sample.objects.filter(user=user).update(superseded_at=long_ago)
    Consent.objects.filter(user=user, withdrawn_at=None).update(withdrawn_at=now)
    for sample in Sample.objects.filter(user=user):
        delete(sample)


def delete(sample: Sample) -> None:
    """The sound first: whatever interrupts us, the row still knows where it lies."""
    _delete_sound(sample)
    sample.delete()


def history(user: User, *, most: int = 10) -> list[Sample]:
    """The newest uploads, good and bad, the last one first."""
    return list(Sample.objects.filter(user=user).order_by("-created_at", "-score")[:most])


def clear_superseded(*, now: datetime) -> int:
    """Delete the sounds that no voice has been made from for SAMPLE_RETENTION_DAYS; their figures stay."""
    before = now - timedelta(days=settings.SAMPLE_RETENTION_DAYS)
    due = Sample.objects.exclude(audio="").filter(superseded_at__lt=before)
    return sum(_clear(sample, now) for sample in due.order_by("superseded_at")[:CLEARED_A_RUN])


def reseal(sample: Sample) -> bool:
    """Encrypt the sound with the newest key, at its other path; say whether that was needed."""
    old = str(sample.audio.name)
    new = next(path for path in sample.paths if path != old)
    if not vault.reseal(old, to=new):
        return False
    moved = Sample.objects.filter(pk=sample.pk, audio=old).update(audio=new)
    sample.audio.storage.delete(old if moved else new)
    return bool(moved)


def limits() -> Limits:
    return Limits(
        max_bytes=settings.MAX_VOICE_BYTES,
        min_seconds=settings.SAMPLE_MIN_SECONDS,
        max_seconds=settings.SAMPLE_MAX_SECONDS,
    )


def thresholds() -> Thresholds:
    return Thresholds(**settings.SAMPLE_THRESHOLDS)


def told(problems: list[dict[str, Any]], language: Language) -> list[dict[str, str]]:
    """Problems as a sample keeps them, in words."""
    return [Problem(**problem).told(language) for problem in problems]


def try_out(recordings: Sequence[bytes]) -> None:
    """Judge recordings as an upload is judged, and keep nothing. Raises: SampleTooLarge, SampleRejected."""
    judged = _judge(recordings)
    if all(one.verdict == Verdict.REJECTED for one in judged):
        raise SampleRejected(max(judged, key=lambda one: one.score).problems)


def _judge(recordings: Sequence[bytes]) -> list[Judged]:
    if any(len(data) > settings.MAX_VOICE_BYTES for data in recordings):
        raise SampleTooLarge
    return verdicts.judge(
        recordings,
        most=settings.MAX_CLONE_SAMPLES,
        limits=limits(),
        thresholds=thresholds(),
        deadline=time.monotonic() + INTAKE_SECONDS,
    )


def _nothing_new(user: User, judged: Sequence[Judged]) -> bool:
    """Whether the voice is made from just these recordings; then they are REPEATED."""
    voice = Voice.objects.select_related("sample").filter(user=user).first()
    used = [one for one in judged if one.verdict == Verdict.USED]
    if voice is None or voice.sample is None or not used:
        return False
    present = Sample.objects.filter(user=user, upload=voice.sample.upload, verdict=Verdict.USED)
    fingerprints = [bytes(sample.fingerprint) for sample in present]
    if len(used) != len(fingerprints) or not all(verdicts.is_among(one, fingerprints) for one in used):
        return False
    for one in used:
        one.verdict = Verdict.REPEATED
    return True


def _keep(user: User, judged: Judged, upload: uuid.UUID, now: datetime) -> Sample:
    """The row first, then the sound at the path it names: an erasure always finds both.

    It is born superseded, so that it goes in time if we die before the voice is made from it.
    """
    sample = Sample(
        user=user, upload=upload, created_at=now, verdict=judged.verdict, problems=_kept(judged.problems)
    )
    prepared = judged.prepared
    if prepared is None:
        sample.save(force_insert=True)
        return sample
    sample.measurements = asdict(prepared.measurements)
    sample.score, sample.pipeline, sample.seconds = judged.score, PIPELINE, round(prepared.seconds, 2)
    sample.sample_hash, sample.pcm_hash = prepared.digests.sample_hash, prepared.digests.pcm_hash
    if judged.verdict == Verdict.USED:
        sample.fingerprint, sample.picture = prepared.fingerprint, prepared.picture
        sample.bytes_len, sample.superseded_at = prepared.digests.bytes_len, now
        sample.audio.name = sample.paths[0]
    sample.save(force_insert=True)
    if sample.audio:
        sample.audio.storage.save(sample.audio.name, ContentFile(prepared.flac))
    return sample


def _kept(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Without infinite figures, which JSON has no words for."""
    return [
        {
            "code": problem.code,
            "severity": problem.severity,
            "figures": {
                name: figure
                for name, figure in problem.figures.items()
                if isinstance(figure, str) or math.isfinite(figure)
            },
        }
        for problem in problems
    ]


def _rejected(samples: Sequence[Sample], best: Sample, language: Language) -> SampleRejected:
    problems = [Problem(**problem) for problem in best.problems if problem["severity"] == "reject"]
    refused = SampleRejected(problems, language=language)
    if len(samples) > 1:
        refused.more["recordings"] = [told(sample.problems, language) for sample in samples]
    return refused


def _record_consent(user: User, sample: Sample, language: Language, version: str, now: datetime) -> None:
    Consent.objects.create(
        user=user,
        version=version,
        language=language,
        sample_hash=sample.sample_hash,
        created_at=now,
    )


def _supersede(user: User, samples: Sequence[Sample], now: datetime) -> None:
    used = [sample for sample in samples if sample.verdict == Verdict.USED]
    best = max(used, key=lambda sample: sample.score or 0)
    Voice.objects.get_or_create(user=user, defaults={"created_at": now})
    Voice.objects.filter(user=user).update(sample=best, revision=F("revision") + 1)
    _mark(best, now)


def _mark(current: Sample, now: datetime) -> None:
    """Which sounds are in use, and since when the others are not."""
    kept = Sample.objects.filter(user=current.user_id).exclude(audio="")
    kept.filter(upload=current.upload).update(superseded_at=None)
    kept.filter(superseded_at=None).exclude(upload=current.upload).update(superseded_at=now)


def _clear(sample: Sample, now: datetime) -> bool:
    voice = Voice.objects.select_related("sample").filter(user=sample.user_id).first()
    if voice and voice.sample and voice.sample.upload == sample.upload:
        _mark(voice.sample, now)  # somebody died before marking it
        return False
    _delete_sound(sample)
    # A print of how somebody speaks goes with the sound that it was taken from.
    Sample.objects.filter(pk=sample.pk).update(audio="", fingerprint=b"", picture=[])
    return True


def _delete_sound(sample: Sample) -> None:
    for path in sample.paths:
        sample.audio.storage.delete(path)
