"""The verdict on recordings that were sent together: which of them the clone is made from. No database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voices import intake
from voices.decoding import Limits
from voices.fingerprint import same_recording
from voices.intake import Prepared
from voices.models import Sample
from voices.quality import Thresholds
from voices.rejection import Problem, SampleRejected

Verdict = Sample.Verdict


@dataclass
class Judged:
    verdict: Verdict
    problems: list[Problem]
    prepared: Prepared | None = None
    """None: there was no recording to judge."""

    @property
    def score(self) -> int:
        return self.prepared.measurements.score if self.prepared else -1

    @property
    def fingerprint(self) -> bytes:
        return self.prepared.fingerprint if self.prepared else b""


def judge(
    recordings: Sequence[bytes], *, most: int, limits: Limits, thresholds: Thresholds, deadline: float
) -> list[Judged]:
    """One for each recording, in their order; at most `most` are USED, no two of them the same one."""
    judged = [_judged(data, limits, thresholds, deadline) for data in recordings]
    usable = [one for one in judged if one.verdict == Verdict.SPARE]
    used: list[Judged] = []
    for one in sorted(usable, key=lambda each: -each.score):
        if len(used) < most and not is_among(one, [each.fingerprint for each in used]):
            one.verdict = Verdict.USED
            used.append(one)
    return judged


def is_among(one: Judged, fingerprints: Iterable[bytes]) -> bool:
    """Whether it is the same recording as one of those, whatever happened to the file in between."""
    return any(same_recording(one.fingerprint, other) for other in fingerprints if other)


def _judged(data: bytes, limits: Limits, thresholds: Thresholds, deadline: float) -> Judged:
    try:
        prepared = intake.prepare(data, limits=limits, thresholds=thresholds, deadline=deadline)
    except SampleRejected as refused:
        return Judged(Verdict.REJECTED, list(refused.problems))
    return Judged(Verdict.REJECTED if prepared.rejections else Verdict.SPARE, prepared.problems, prepared)
