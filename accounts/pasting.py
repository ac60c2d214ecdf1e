"""Activation codes that staff paste from a sheet: line by line, what can be taken and why the rest cannot.

Not django-import-export: it wants a file and keeps it between two pages, where a text area and a form for each
line are enough.
"""

import csv
import hashlib
import io
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ActivationCode

COLUMNS = ("code", "batch", "note", "expires_at")
"""Where no header says otherwise."""
SPENT = ("used_at", "revoked_at")
"""As our own sheets have them."""
HEADINGS = {name: name for name in COLUMNS + SPENT} | {
    "expires": "expires_at",
    "código": "code",
    "codigo": "code",
    "lote": "batch",
    "nota": "note",
    "caduca": "expires_at",
}
DELIMITERS = "\t;,"
SHORTEST = 6
"""What is shorter is found by trying."""
PUNCTUATION = "-_."
LONGEST_LIFE = timedelta(days=36_500)

Rows = list[tuple[int, list[str]]]


class Line(forms.ModelForm):
    """One line of the sheet, as a code to be."""

    number = 0
    spare = 0
    """Cells that belong to no column."""

    class Meta:
        model = ActivationCode
        fields = COLUMNS

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not all(letter.isalnum() or letter in PUNCTUATION for letter in code):
            raise forms.ValidationError(_("A code has letters, digits and - _ . only."))
        if len(code) < SHORTEST:
            raise forms.ValidationError(_("Too short: it would be guessed."))
        return code

    def clean_expires_at(self) -> datetime | None:
        expires_at: datetime | None = self.cleaned_data["expires_at"]
        now = timezone.now()
        if expires_at and not now < expires_at < now + LONGEST_LIFE:
            raise forms.ValidationError(_("It expires in the past, or in more than a hundred years."))
        return expires_at

    def clean(self) -> dict[str, Any]:
        if self.spare:
            raise forms.ValidationError(_("More cells than columns: a text with a comma stands in quotes."))
        if any(self.data.get(name) for name in SPENT):
            raise forms.ValidationError(_("It was used or revoked where it comes from."))
        return super().clean() or {}

    def validate_unique(self) -> None:
        """Asked for all lines at once: see `judged`."""

    @property
    def problem(self) -> str:
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


def rows(text: str) -> Rows:
    """The cells of each line that is not empty, with its number."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)
    found = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    return [(number, cells) for number, cells in found if any(cells)]


def judged(found: Rows) -> list[Line]:
    """Every line, bound and validated; of those with the same code only the first can be taken."""
    columns, found = _columns(found)
    lines = [_line(number, cells, columns) for number, cells in found]
    codes = {line.data.get("code", "") for line in lines}
    known = set(ActivationCode.objects.filter(code__in=codes).values_list("code", flat=True))
    for line in lines:
        code = line.data.get("code", "")
        if code in known:
            line.add_error(None, _("This code exists already, or stands further up."))
        known.add(code)
    return lines


def digest(lines: Iterable[Line]) -> str:
    """Of what was shown: whoever agrees to it agrees to this."""
    shown = [(line.data, line.problem) for line in lines]
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def _columns(found: Rows) -> tuple[list[str], Rows]:
    """The names of the columns, "" for one that is not read, and the lines below them."""
    heading = [HEADINGS.get(cell.lower(), "") for cell in found[0][1]]
    return (heading, found[1:]) if "code" in heading else (list(COLUMNS), found)


def _line(number: int, cells: list[str], columns: list[str]) -> Line:
    line = Line({name: cell for name, cell in zip(columns, cells, strict=False) if name})
    line.number, line.spare = number, len([cell for cell in cells[len(columns) :] if cell])
    return line
