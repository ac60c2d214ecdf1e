"""A performer who reads Spanish is refused in Spanish."""

import io

from accounts.models import User
from conftest import App
from thoughtvoice import api
from thoughtvoice.spanish import NUMBER, SENTENCES, in_spanish
from thoughtvoice.tests.refusing import refusals, sentences

SPANISH = {"accept-language": "es-MX,es;q=0.9"}


def test_every_title_has_its_spanish() -> None:
    titles = {str(kind.title) for kind in refusals() if ".tests." not in kind.__module__}
    titles |= {title for _, title in api.CODES.values()}
    assert titles - set(SENTENCES) == set(), "to be added to thoughtvoice/spanish.py"


def test_everything_else_that_is_said_has_its_spanish() -> None:
    said = set(sentences())
    assert "Record your voice first." in said
    assert {sentence for sentence in said if in_spanish(sentence) == sentence} == set()


def test_no_number_is_lost() -> None:
    for english, spanish in SENTENCES.items():
        assert spanish.count("#") == english.count("#")
        assert not NUMBER.search(english + spanish)


def test_numbers_stay_where_they_are_said() -> None:
    assert in_spanish("Wait 12 seconds, then try again.") == "Espera 12 segundos y vuelve a intentarlo."


def test_what_we_have_no_words_for_stays_as_it_is() -> None:
    assert in_spanish("Item # 12 of 3") == "Item # 12 of 3"


def test_a_refusal_is_told_in_the_callers_language(as_stranger: App, db: None) -> None:
    wrong = {"username": "nobody", "password": "x"}
    told = as_stranger.post_json("/auth/login", wrong, **SPANISH).json()
    assert told["title"] == "El nombre o la contraseña no son correctos"
    assert told["detail"] == "Revisa ambos o restablece la contraseña."


def test_what_is_wrong_with_a_field_is_told_too(as_alice: App, alice: User) -> None:
    answer = as_alice.patch(
        "/user/settings", {"nonsense": 1}, content_type="application/json", headers=SPANISH
    )
    assert answer.json()["errors"] == {"nonsense": ["Ese ajuste no existe."]}


def test_a_body_that_is_not_even_read_is_refused_in_it(as_stranger: App) -> None:
    body = {"CONTENT_LENGTH": str(10**9), "wsgi.input": io.BytesIO()}
    for headers, title in ((SPANISH, "La petición es demasiado grande"), ({}, "The request is too large")):
        answer = as_stranger.generic("POST", "/auth/login", headers=headers, **body)
        assert (answer.status_code, answer.json()["title"]) == (413, title)


def test_who_asks_for_no_language_is_told_in_english(as_stranger: App, db: None) -> None:
    told = as_stranger.post_json("/auth/login", {"username": "nobody", "password": "x"}).json()
    assert told["title"] == "Name or password is wrong"
