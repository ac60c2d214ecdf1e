"""What an operator reads names everything that there is."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from thoughtvoice.schedules import JOBS

ROOT = Path(settings.BASE_DIR)
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
REVIEW = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
COMMANDS = sorted(
    path.stem for path in ROOT.glob("*/management/commands/*.py") if not path.stem.startswith("_")
)
READ = re.compile(
    r"""env\.(?:address|name|text|flag|integer|decimal|choice|listing|secret)\(\s*"([A-Z][A-Z_]+)\""""
)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "README.es.md",
        "benchmarks/README.md",
        *sorted(f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md")),
    ],
)
def test_a_command_runs_as_it_is_written(path: str) -> None:
    """Who reads it has `.venv/bin/python`, and maybe no `python` at all."""
    text = (ROOT / path).read_text(encoding="utf-8")
    bare = re.findall(r"(?<![\w/.-])(?:python (?:-m|manage).*|pip install.*|gunicorn --.*)", text)
    assert [line for line in bare if f"docker compose exec web {line}" not in text] == []


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_is_explained(job) -> None:
    assert f"| {job.name} |" in OPERATING


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_explained(command: str) -> None:
    assert re.search(rf"`{command}[ `]", OPERATING)


@pytest.mark.parametrize("name", sorted(set(READ.findall((ROOT / "thoughtvoice/settings.py").read_text()))))
def test_every_variable_is_in_the_example(name: str) -> None:
    assert re.search(rf"^#?{name}=", EXAMPLE, re.MULTILINE)


@pytest.mark.parametrize("test", sorted(set(re.findall(r"([\w/]+\.py::\w+)", REVIEW))))
def test_the_security_review_names_tests_that_there_are(test: str) -> None:
    path, name = test.split("::")
    assert re.search(rf"^\s*def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_the_security_review_names_files_that_there_are() -> None:
    named = set(re.findall(r"`([\w./-]+/[\w./-]+)`", REVIEW))
    files = {path for path in named if not path.startswith("/")}
    assert len(files) > 30
    assert not [path for path in files if not (ROOT / path.rstrip("/")).exists()]
