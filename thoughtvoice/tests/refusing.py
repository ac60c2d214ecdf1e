"""Every refusal that our code makes, as its source tells it."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from thoughtvoice import urls  # noqa: F401 - every refusal is known once every address is
from thoughtvoice.errors import DomainError
from thoughtvoice.tests.test_imports import ALL, sources

OF_THE_FRAMEWORK = {"NotFound", "ParseError", "ValidationError"}
FURTHER = "more"


class Made(NamedTuple):
    """A call that makes a refusal, and what it calls: our class, or None for one of the framework's."""

    path: Path
    call: ast.Call
    kind: Any


def refusals(kind: type[DomainError] = DomainError) -> list[type[DomainError]]:
    return [kind, *(each for below in kind.__subclasses__() for each in refusals(below))]


def parsed() -> Iterator[tuple[Path, ast.Module]]:
    """What the back office and the double say apart, and below all forms: no app hears them."""
    for path in (path for app in sorted(ALL) for path in sources(app)):
        if "double" not in path.parts and "admin" not in path.stem and "staff" not in path.stem:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def made() -> Iterator[Made]:
    kinds: dict[str, Any] = {kind.__name__: kind for kind in refusals()}
    for path, tree in parsed():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name in kinds:
                above = kinds[node.name].__mro__[1]
                yield from (Made(path, call, above) for call in _calls_above(node))
            elif isinstance(node, ast.Call) and not ast.unparse(node.func).startswith("forms."):
                if (name := _last_name(node.func)) not in {*kinds, *OF_THE_FRAMEWORK}:
                    continue
                yield Made(path, node, kinds.get(name))


def members() -> Iterator[tuple[str, str]]:
    """Every further member that a problem is given, and in which file: by keyword, or in `more`."""
    for path, call, kind in made():
        named = set(inspect.signature(kind.__init__).parameters) if kind else {"code"}
        yield from ((str(word.arg), path.name) for word in call.keywords if word.arg not in named)
    for path, tree in parsed():
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and _last_name(node.value) == FURTHER:
                yield ast.literal_eval(node.slice), path.name


def sentences() -> Iterator[str]:
    """Everything that is said to a person, with a number or a day wherever something is put in."""
    for kind in refusals():
        yield from (
            d.default for d in inspect.signature(kind).parameters.values() if d.name == "detail" and d.default
        )
    for _, call, _ in made():
        for given in call.args:
            yield from (said for said in _texts(given) if " " in said.strip())


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        yield "".join(map(_part, node.values))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for below in ast.iter_child_nodes(node):
            yield from _texts(below)


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    return "2026-12-01" if "%Y" in ast.unparse(part) else "1"


def _calls_above(node: ast.ClassDef) -> Iterator[ast.Call]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
            yield call


def _last_name(node: ast.AST) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))
