"""The map from what ElevenLabs says to what it means."""

import datetime as dt
from email.utils import format_datetime
from typing import Any

import pytest

from voices.providers.base import (
    CreditsSpent,
    OutcomeUnknown,
    ProviderBusy,
    ProviderError,
    ProviderFull,
    ProviderRefused,
)
from voices.providers.elevenlabs_errors import MEANINGS, Said, refusal, retry_after, said


def meaning(operation: Any, status: int, body: Any = None) -> type[ProviderError]:
    return type(refusal(operation, status=status, headers={}, body=body))


@pytest.mark.parametrize(
    ("body", "heard"),
    [
        ({"detail": {"code": "a", "status": "b", "message": "m"}}, Said(frozenset({"a", "b"}), "m")),
        ({"detail": {"status": "b", "message": "m"}}, Said(frozenset({"b"}), "m")),
        ({"detail": [{"loc": ["body"], "msg": "m", "type": "t"}]}, Said(frozenset(), "m")),
        ({"detail": "m"}, Said(frozenset(), "m")),
        ("<html>", Said(frozenset(), "<html>")),
        ({"detail": []}, Said(frozenset(), "")),
        ({"detail": {"code": 7, "message": None}}, Said(frozenset(), "")),
        ({}, Said(frozenset(), "")),
        (None, Said(frozenset(), "")),
        ([1], Said(frozenset(), "")),
    ],
)
def test_every_envelope_is_opened(body: Any, heard: Said) -> None:
    assert said(body) == heard


def test_one_code_has_one_meaning() -> None:
    codes = [code for known in MEANINGS.values() for code in known]
    assert len(codes) == len(set(codes))


def test_the_code_outweighs_the_status() -> None:
    assert meaning("speak", 401, {"detail": {"status": "quota_exceeded"}}) is CreditsSpent


def test_the_old_code_outweighs_a_generic_new_one() -> None:
    detail = {"code": "bad_request", "status": "voice_limit_reached", "message": ""}
    assert meaning("clone", 400, {"detail": detail}) is ProviderFull


def test_the_sentence_speaks_where_the_codes_are_generic() -> None:
    sentence = "You have reached your maximum amount of custom voices (10 / 10)."
    assert meaning("clone", 400, {"detail": {"code": "bad_request", "message": sentence}}) is ProviderFull


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (307, ProviderRefused),
        (400, ProviderRefused),
        (401, ProviderRefused),
        (402, CreditsSpent),
        (403, ProviderRefused),
        (404, ProviderRefused),
        (408, OutcomeUnknown),
        (409, ProviderBusy),
        (422, ProviderRefused),
        (429, ProviderBusy),
        (500, OutcomeUnknown),
        (599, OutcomeUnknown),
        (200, OutcomeUnknown),
    ],
)
def test_without_words_the_status_speaks(status: int, expected: type[ProviderError]) -> None:
    assert meaning("clone", status) is expected


def test_a_name_that_is_taken_is_settled_by_a_listing() -> None:
    assert meaning("clone", 409, {"detail": {"code": "voice_already_exists"}}) is OutcomeUnknown


def test_only_what_looks_like_a_code_is_logged() -> None:
    assert Said(frozenset({"voice_not_found", "x\ny", "a" * 99}), "").code == "voice_not_found"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", 0), ("2.5", 2.5), ("86400", 60), ("soon", None), ("-3", None), ("", None)],
)
def test_the_wait_is_read_and_bounded(value: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": value}) == seconds


def test_a_wait_until_an_instant_is_read() -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=20)
    seconds = retry_after({"retry-after": format_datetime(soon, usegmt=True)})
    assert seconds is not None
    assert 18 <= seconds <= 20
