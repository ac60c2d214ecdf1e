"""One language an answer: of the account where somebody is signed in, else of Accept-Language."""

import io
from typing import Any

import pytest

from accounts.models import Preferences, User
from accounts.tests.people import a_code, carol
from conftest import App

ENGLISH, SPANISH = {"Accept-Language": "en"}, {"Accept-Language": "es-MX,es;q=0.9"}


@pytest.fixture
def reads_spanish(alice: User) -> None:
    Preferences.objects.create(user=alice, language="spanish")


def patch(app: App, body: Any, headers: dict[str, str]) -> Any:
    return app.patch("/user/settings", body, content_type="application/json", headers=headers)


def varies_by(answer: Any) -> set[str]:
    return {name.strip() for name in answer.headers["Vary"].split(",")}


def test_title_detail_and_fields_are_in_the_accounts_language(as_alice: App, reads_spanish: None) -> None:
    for headers in (ENGLISH, SPANISH, {}):
        answer = patch(as_alice, {"stability": 7, "sex": "none", "nonsense": 1}, headers)
        told = patch(as_alice, {"stability": 7, "sex": "none"}, headers).json()
        assert answer.json()["errors"] == {"nonsense": ["Ese ajuste no existe."]}
        assert told["title"] == "La petición no es válida"
        assert told["detail"] == "Algunos campos no son como deben ser."
        assert told["errors"]["sex"] == ['"none" no es una elección válida.']
        assert told["errors"]["stability"] == ["Asegúrese de que este valor es menor o igual a 1.0."]
        assert answer.headers["Content-Language"] == "es"


def test_an_english_account_is_told_in_english_whatever_the_phone_says(as_alice: App, alice: User) -> None:
    Preferences.objects.create(user=alice)
    answer = patch(as_alice, {"nonsense": 1}, SPANISH)
    assert answer.json()["title"] == "The request is malformed"
    assert answer.json()["errors"] == {"nonsense": ["There is no such setting."]}
    assert answer.headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("get", "/performances/8f14e45f-ceea-467f-a0e6-1f2b3c4d5e6f", 404, "Aquí no hay nada"),
        ("delete", "/routines", 405, "Esta dirección no admite ese método"),
        ("get", "/admin/voice-pool/status", 403, "No tienes permiso para esto"),
    ],
)
def test_so_is_every_other_refusal(
    as_alice: App, reads_spanish: None, method: str, path: str, status: int, title: str
) -> None:
    answer = getattr(as_alice, method)(path, headers=ENGLISH)
    assert (answer.status_code, answer.json()["title"]) == (status, title)
    assert answer.headers["Content-Language"] == "es"


def test_a_change_of_the_setting_is_heeded_by_the_next_request(as_alice: App) -> None:
    for language, iso in (("spanish", "es"), ("english", "en")):
        as_alice.patch_json("/user/settings", {"language": language})
        assert as_alice.get("/user/me").headers["Content-Language"] == iso


def test_who_is_not_signed_in_is_told_in_the_language_asked_for(as_stranger: App) -> None:
    for headers, title, iso in (
        (SPANISH, "Inicia sesión primero", "es"),
        (ENGLISH, "Sign in first", "en"),
        ({"Accept-Language": "fr"}, "Sign in first", "en"),
    ):
        answer = as_stranger.get("/user/me", headers=headers)
        assert (answer.json()["title"], answer.headers["Content-Language"]) == (title, iso)


def test_nobody_elses_language_is_left_behind(as_alice: App, as_stranger: App, reads_spanish: None) -> None:
    as_alice.get("/user/me")
    assert as_stranger.get("/user/me").json()["title"] == "Sign in first"


def test_what_an_answer_depends_on_is_in_vary(as_alice: App, as_stranger: App) -> None:
    for app in (as_alice, as_stranger):
        assert {"Accept-Language", "Authorization"} <= varies_by(app.get("/user/me"))


def test_a_body_that_is_not_read_says_its_language_too(as_stranger: App) -> None:
    body = {"CONTENT_LENGTH": str(10**9), "wsgi.input": io.BytesIO()}
    answer = as_stranger.generic("POST", "/auth/login", headers=SPANISH, **body)
    assert (answer.status_code, answer.headers["Content-Language"]) == (413, "es")
    assert "Accept-Language" in varies_by(answer)


def test_an_answer_that_is_given_again_keeps_its_language(as_stranger: App, db: None) -> None:
    body, key = carol(a_code()), {"Idempotency-Key": "carol-registers"}
    first = as_stranger.post_json("/auth/register", body, **key, **SPANISH)
    again = as_stranger.post_json("/auth/register", body, **key, **ENGLISH)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.headers["Content-Language"] == again.headers["Content-Language"] == "es"


def test_a_newcomers_setting_is_the_language_that_they_ask_in(as_stranger: App, db: None) -> None:
    for number, (headers, said, language) in enumerate(
        [
            (SPANISH, {}, "spanish"),
            (ENGLISH, {}, "english"),
            ({}, {}, "english"),
            ({"Accept-Language": "fr"}, {}, "english"),
            (SPANISH, {"language": "english"}, "english"),
            (ENGLISH, {"voice_language": "es"}, "spanish"),
        ]
    ):
        name = f"carol{number}"
        body = carol(a_code(), username=name, email=f"{name}@example.org", **said)
        answer = as_stranger.post_json("/auth/register", body, **headers)
        assert answer.status_code == 201, answer.content
        assert Preferences.objects.get(user__username=name).language == language


def test_a_language_that_there_is_not_is_refused(as_stranger: App, db: None) -> None:
    answer = as_stranger.post_json("/auth/register", carol(a_code(), language="klingon"))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["language"])
