"""The back office in Spanish. What is marked here and not translated reads English in the middle of it."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import Catalog, mofile, pofile
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real
from django.utils.translation.template import templatize

from pool.models import Slot

CATALOGUE = settings.BASE_DIR / "locale" / "es" / "LC_MESSAGES"
CODE = [
    "*/*admin.py",
    "accounts/lists.py",
    "accounts/pasting.py",
    "accounts/staff.py",
    "perform/*.py",
    "perform/views/*.py",
    "thoughtvoice/*.py",
]
PAGES = ["templates/admin/*.html", "templates/office/*.html", "*/templates/*/*.html"]
MARKS = {"_", "gettext", "gettext_lazy"}


def files(patterns: list[str]) -> list[Path]:
    return [path for pattern in patterns for path in sorted(settings.BASE_DIR.glob(pattern))]


def marked_in_code(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS:
            yield from (given.value for given in node.args if isinstance(given, ast.Constant))


def marked_in_page(path: Path) -> Iterator[str]:
    calls = templatize(path.read_text(encoding="utf-8"))
    for text in re.findall(r"""[^n]gettext\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", calls):
        yield ast.literal_eval(text)


def written() -> Catalog:
    return pofile.read_po(BytesIO((CATALOGUE / "django.po").read_bytes()))


def test_everything_that_is_marked_is_translated() -> None:
    spanish = trans_real.DjangoTranslation("es")
    marked = {text for path in files(CODE) for text in marked_in_code(path)}
    marked |= {text for path in files(PAGES) for text in marked_in_page(path)}
    assert len(marked) > 100
    assert sorted(text for text in marked if not spanish._catalog.get(text)) == []


def test_what_is_compiled_is_what_is_written() -> None:
    compiled = BytesIO()
    mofile.write_mo(compiled, written())
    kept = (CATALOGUE / "django.mo").read_bytes()
    assert kept == compiled.getvalue(), "Run: pybabel compile -d locale -D django"


def test_placeholders_are_the_same_in_both_languages() -> None:
    assert [(message.id, errors) for message in written() if (errors := list(message.check()))] == []


@pytest.mark.django_db
def test_the_back_office_speaks_spanish(office: Client) -> None:
    page = office.get("/admin/pool/slot/", headers={"accept-language": "es"}).content.decode()
    for shown in ("¿Qué voz está dónde?", "Preparar una voz", "usada por última vez", "libre"):
        assert shown.lower() in page.lower()


def test_models_are_english_unless_asked() -> None:
    field = Slot._meta.get_field("pinned_until")
    with translation.override("en"):
        assert str(field.verbose_name) == "pinned until"
    with translation.override("es"):
        assert (str(field.verbose_name), str(Slot.State.FREE.label)) == ("fijada hasta", "Free")
        assert dict(Slot._meta.get_field("state").flatchoices)["free"] == "Libre"
