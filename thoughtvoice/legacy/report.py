"""What became of every document."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Report:
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def count(self, kind: str, outcome: str) -> None:
        self.counts.setdefault(kind, Counter())[outcome] += 1

    def tell(self, kind: str, key: object, reason: str) -> None:
        """A document or a part of one that was left behind, and why. Ids only: no names, no addresses."""
        self.lines.append(f"{kind} {key}: {reason}")

    def __str__(self) -> str:
        sums = [
            f"{kind}: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(counted.items()))
            for kind, counted in self.counts.items()
        ]
        return "\n".join([*sums, *self.lines])
