import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from voices import intake, samples
from voices.rejection import SampleRejected


class Command(BaseCommand):
    help = "Judge a recording as an upload is judged, and print what was measured."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--language", choices=["en", "es"], default="en")

    def handle(self, *, file: Path, language: Any, **options: Any) -> str:
        try:
            judged = _judged(file.read_bytes(), language)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        return json.dumps(judged, ensure_ascii=False, indent=2) if options["json"] else _as_text(judged)


def _judged(data: bytes, language: Any) -> dict[str, Any]:
    try:
        prepared = intake.prepare(data, limits=samples.limits(), thresholds=samples.thresholds())
    except SampleRejected as refused:
        problems, measured = list(refused.problems), {}
    else:
        problems = prepared.problems
        measured = {**asdict(prepared.measurements), **asdict(prepared.digests)}
    accepted = not any(problem.severity == "reject" for problem in problems)
    reasons = [problem.told(language) for problem in problems]
    return {"accepted": accepted, "reasons": reasons, "measurements": measured}


def _as_text(judged: dict[str, Any]) -> str:
    figures = [f"{name:16} {_short(value)}" for name, value in judged["measurements"].items()]
    reasons = [
        f"{reason['severity']:6} {reason['code']}: {reason['message']}" for reason in judged["reasons"]
    ]
    return "\n".join([*figures, *reasons, "accepted" if judged["accepted"] else "rejected"])


def _short(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
