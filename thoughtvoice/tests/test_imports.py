"""Imports between apps run one way, and inside an app the doors never open into one another."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAY_IMPORT = {
    "accounts": {"accounts"},
    "voices": {"voices", "accounts"},
    "pool": {"pool", "voices", "accounts"},
    "perform": {"perform", "pool", "voices", "accounts"},
}
ALL = {*MAY_IMPORT, "thoughtvoice"}
DOORS = {"views", "admin", "jobs"}


def sources(app: str) -> list[Path]:
    return [path for path in sorted((ROOT / app).rglob("*.py")) if "tests" not in path.parts]


@cache
def imported(path: Path) -> list[tuple[str, bool]]:
    return list(_imported(path))


def _imported(path: Path) -> Iterator[tuple[str, bool]]:
    """Each module that a file imports, with `from a import b` as a.b, and whether it is at top level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        top = node in tree.body
        if isinstance(node, ast.Import):
            yield from ((name.name, top) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield from ((f"{node.module}.{name.name}", top) for name in node.names)


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_an_app_imports_only_what_stands_before_it(app: str) -> None:
    for path in sources(app):
        for module, _ in imported(path):
            first, _, rest = module.partition(".")
            if first == "thoughtvoice":
                assert rest.startswith("errors."), f"{path} imports {module}"
            elif first in ALL:
                assert first in MAY_IMPORT[app], f"{path} imports {module}"


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_imports_between_apps_stand_at_the_top(app: str) -> None:
    for path in sources(app):
        for module, top in imported(path):
            assert top or module.partition(".")[0] not in ALL, f"{path} imports {module} inside a function"


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_views_admin_and_jobs_are_imported_by_nobody_inside(app: str) -> None:
    for path in sources(app):
        if path.stem in {"urls", *DOORS} or "commands" in path.parts:
            continue
        for module, _ in imported(path):
            parts = module.split(".")
            assert not (parts[0] == app and parts[1] in DOORS), f"{path} imports {module}"


def test_the_walk_sees_the_imports_that_there_are() -> None:
    modules = {module for module, _ in imported(ROOT / "perform" / "synthesis.py")}
    assert "pool.admission" in modules
    assert "voices.providers.get_provider" in modules
