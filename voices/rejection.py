"""A recording we refuse, and everything we tell its speaker about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from thoughtvoice.errors import DomainError
from voices.advice import sentence
from voices.providers.base import Language

Severity = Literal["reject", "warn"]


@dataclass(frozen=True)
class Problem:
    """Something about a recording that its speaker can mend. `figures` are the numbers in the advice."""

    code: str
    severity: Severity = "reject"
    figures: Mapping[str, float | str] = field(default_factory=dict)

    def message(self, language: Language = "en") -> str:
        return sentence(self.code, language, self.figures)

    def told(self, language: Language = "en") -> dict[str, str]:
        return {"code": self.code, "severity": self.severity, "message": self.message(language)}


class SampleRejected(DomainError):
    """The recording cannot be used. `reason` is for programs, `detail` tells the speaker what to do;
    the problem carries all `reasons`, the first one first.
    """

    code = "sample_rejected"
    status = 422
    title = "This recording cannot be used"

    def __init__(self, problems: Sequence[Problem], *, language: Language = "en") -> None:
        super().__init__(
            " ".join(problem.message(language) for problem in problems),
            reasons=[problem.told(language) for problem in problems],
        )
        self.problems = tuple(problems)

    @property
    def reason(self) -> str:
        return self.problems[0].code


def refusal(reason: str, **figures: float | str) -> SampleRejected:
    return SampleRejected([Problem(reason, figures=figures)])
