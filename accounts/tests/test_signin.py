import time
from unittest.mock import patch

import bcrypt
import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher, identify_hasher
from django.utils import timezone

from accounts import tokens
from accounts.models import Device, User
from conftest import PASSWORD, App
from thoughtvoice.tests.test_errors import the_problem

REAL = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.BCryptPasswordHasher",
]


def sign_in(app: App, name: object, password: object = PASSWORD, **headers: str):
    return app.post_json("/auth/login", {"username": name, "password": password}, **headers)


@pytest.mark.parametrize(
    "name", ["alice", "ALICE", " alice ", "ａｌｉｃｅ", "alice@example.org", "Alice@EXAMPLE.org"]
)
def test_a_name_or_an_address_in_any_case_signs_in(as_stranger: App, alice: User, name: str) -> None:
    answer = sign_in(as_stranger, name)
    assert answer.status_code == 200, answer.content
    assert answer.json()["user"]["user_id"] == str(alice.pk)


def test_each_sign_in_opens_a_device(as_stranger: App, alice: User) -> None:
    given = {"username": "alice", "password": PASSWORD, "device_name": "iPad", "platform": "ios"}
    as_stranger.post_json("/auth/login", given)
    sign_in(as_stranger, "alice")
    assert sorted(Device.objects.values_list("name", "platform")) == [("", ""), ("iPad", "ios")]


def test_no_such_user_a_wrong_password_and_a_blocked_user_get_the_same_answer(
    as_stranger: App, alice: User, make_user
) -> None:
    make_user("blocked", is_active=False)
    answers = [
        sign_in(as_stranger, "nobody"),
        sign_in(as_stranger, "alice", "wrong"),
        sign_in(as_stranger, "blocked"),
        sign_in(as_stranger, "nobody@example.org"),
    ]
    bodies = [{**the_problem(answer, 401, "wrong_sign_in"), "request_id": ""} for answer in answers]
    assert bodies == [bodies[0]] * 4
    assert not Device.objects.exists()


@pytest.mark.parametrize("name", ["nobody", "alice", "blocked", "unusable"])
def test_every_refusal_hashes_one_password(as_stranger: App, alice: User, make_user, name: str) -> None:
    make_user("blocked", is_active=False)
    User.objects.create_user("unusable", "unusable@example.org", None)
    with patch.object(
        MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode
    ) as hashed:
        assert sign_in(as_stranger, name, "wrong").status_code == 401
    assert hashed.call_count == 1


def test_a_password_of_the_old_system_signs_in_and_is_hashed_anew(
    as_stranger: App, alice: User, settings
) -> None:
    settings.PASSWORD_HASHERS = REAL
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4, b"2b")).decode()
    User.objects.update(password=f"bcrypt${old}")
    assert sign_in(as_stranger, "alice", "wrong").status_code == 401
    assert identify_hasher(User.objects.get().password).algorithm == "bcrypt"
    assert sign_in(as_stranger, "alice").status_code == 200
    assert identify_hasher(User.objects.get().password).algorithm == "argon2"
    assert sign_in(as_stranger, "alice").status_code == 200


def test_who_signs_in_while_the_password_changes_is_not_signed_in(alice: User) -> None:
    as_it_was = User.objects.get()
    alice.set_password("another one entirely")
    alice.save()
    with pytest.raises(tokens.NotSignedIn):
        tokens.open_device(as_it_was, now=timezone.now())
    assert not Device.objects.filter(revoked_at=None).exists()


def test_a_missing_name_is_told_in_the_callers_language(as_stranger: App, db: None) -> None:
    answer = as_stranger.post_json("/auth/login", {"password": "x"}, **{"Accept-Language": "es-MX,es;q=0.9"})
    assert the_problem(answer, 400, "invalid")["errors"] == {"username": ["Este campo es requerido."]}


def test_every_refusal_takes_the_same_time(make_user, settings) -> None:
    settings.REFUSED_SIGN_IN_SECONDS = 0.1
    make_user("carol")
    for name in ("carol", "nobody"):
        began = time.monotonic()
        assert authenticate(None, username=name, password="wrong") is None
        assert time.monotonic() - began >= 0.1


def test_every_attempt_is_logged_with_the_account_and_without_what_was_typed(
    as_stranger: App, alice: User, caplog
) -> None:
    sign_in(as_stranger, "alice")
    sign_in(as_stranger, "alice", "wrong")
    sign_in(as_stranger, "nobody")
    written = [line for line in caplog.records if line.name == "thoughtvoice.signin"]
    assert [(line.getMessage(), line.user_id) for line in written] == [
        ("signed_in", str(alice.pk)),
        ("sign_in_refused", str(alice.pk)),
        ("sign_in_refused", ""),
    ]
    assert not [line for line in written if line.args]
