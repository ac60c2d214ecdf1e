"""The reference client and the page for developers: on where it is wanted, with words for every refusal."""

import re
from typing import Any

import pytest
from django.conf import settings

from conftest import App
from thoughtvoice import refusals
from thoughtvoice.api import CODES

WORDS = (settings.BASE_DIR / "static/client/words.js").read_text(encoding="utf-8")
ENGLISH, SPANISH = (
    set(re.findall(r'"?([\w.]+)"?: "', part))
    for part in WORDS.split("const languages")[0].split("const spanish")
)
MOBILE = (settings.BASE_DIR / "docs/mobile.md").read_text(encoding="utf-8")
PAGE = (settings.BASE_DIR / "templates/client.html").read_text(encoding="utf-8")


def test_the_client_is_where_it_is_switched_on(as_stranger: App, settings: Any) -> None:
    settings.REFERENCE_CLIENT = True
    assert "client/main.js" in as_stranger.get("/").content.decode()


def test_elsewhere_there_is_nothing(as_stranger: App, settings: Any) -> None:
    settings.REFERENCE_CLIENT = False
    assert as_stranger.get("/").json()["code"] == "not_found"


def test_all_is_said_in_both_languages() -> None:
    assert ENGLISH == SPANISH


@pytest.mark.parametrize("name", sorted(set(re.findall(r'data-t(?:-label)?="(\w+)"', PAGE))))
def test_every_text_of_the_page_has_words(name: str) -> None:
    assert name in ENGLISH


TOLD = sorted(
    {
        *(code for code, _ in CODES.values()),
        *(
            error.code
            for operation, errors in refusals.OF.items()
            for error in errors
            if "/admin/" not in operation
        ),
    }
)


@pytest.mark.parametrize("code", TOLD)
def test_every_refusal_is_explained(code: str) -> None:
    assert f"problem.{code}" in ENGLISH


@pytest.mark.parametrize("code", TOLD)
def test_every_refusal_is_in_the_table_for_apps(code: str) -> None:
    assert f"`{code}`" in MOBILE
