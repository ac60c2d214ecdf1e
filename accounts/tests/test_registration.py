import uuid

import pytest
from django.utils import timezone

from accounts import registration
from accounts.models import ActivationCode, Device, Preferences, User
from accounts.tests.people import a_code, carol
from conftest import App
from thoughtvoice.tests.test_errors import the_problem


@pytest.fixture
def code(db: None) -> str:
    return a_code()


def unused(code: str) -> bool:
    return ActivationCode.objects.get(code=code).used_at is None


def test_a_newcomer_is_signed_in_at_once(as_stranger: App, code: str) -> None:
    answer = as_stranger.post_json("/auth/register", carol(code, device_name="Pixel 9", platform="android"))
    assert answer.status_code == 201, answer.content
    user = User.objects.get()
    body = answer.json()
    assert set(body) == {"user", "access", "refresh"}
    assert body["user"]["user_id"] == str(user.pk)
    assert (body["user"]["charCount"], body["user"]["monthlyLimit"]) == (0, 4000)
    device = Device.objects.get()
    assert (device.user, device.name, device.platform) == (user, "Pixel 9", "android")
    assert Preferences.objects.get().user == user
    as_carol = as_stranger.get("/user/me", headers={"Authorization": f"Bearer {body['access']}"})
    assert as_carol.json() == body["user"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "ALICE"),
        ("username", "ａｌｉｃｅ"),
        ("username", " alice "),
        ("username", "alice@example.org"),
        ("email", "Alice@Example.ORG"),
    ],
)
def test_a_name_that_looks_taken_is_taken_and_burns_no_code(
    as_stranger: App, alice: User, code: str, field: str, value: str
) -> None:
    answer = as_stranger.post_json("/auth/register", carol(code, **{field: value}))
    assert set(the_problem(answer, 400, "invalid")["errors"]) == {field}
    assert unused(code)


def test_an_address_that_is_somebodys_name_is_taken(as_stranger: App, make_user, code: str) -> None:
    User.objects.create_user("carol@example.org", "other@example.org", "x")
    body = the_problem(as_stranger.post_json("/auth/register", carol(code)), 400, "invalid")
    assert set(body["errors"]) == {"email"}


def test_ones_own_address_may_be_ones_name(as_stranger: App, code: str) -> None:
    answer = as_stranger.post_json("/auth/register", carol(code, username="carol@example.org"))
    assert answer.status_code == 201


def test_without_a_good_code_nobody_learns_that_a_name_is_taken(as_stranger: App, alice: User) -> None:
    taken = as_stranger.post_json("/auth/register", carol("WRONG", username="alice"))
    free = as_stranger.post_json("/auth/register", carol("WRONG"))
    first, second = (the_problem(answer, 400, "activation_refused") for answer in (taken, free))
    assert {**first, "request_id": ""} == {**second, "request_id": ""}


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"username": "al"}, {"username"}),
        ({"username": "<script>"}, {"username"}),
        ({"username": "ﷺ" * 100}, {"username"}),
        ({"email": "nowhere"}, {"email"}),
        ({"email": f"carol@{'ﷺ' * 60}.org"}, {"email"}),
        ({"password": "short"}, {"password"}),
        ({"password": "password123"}, {"password"}),
        ({"password": "carol@example.org"}, {"password"}),
        ({"username": None, "email": 7, "password": [], "activationCode": {}}, None),
    ],
)
def test_a_form_that_is_refused_burns_no_code(
    as_stranger: App, code: str, changes: dict, refused: set | None
) -> None:
    body = the_problem(as_stranger.post_json("/auth/register", carol(code, **changes)), 400, "invalid")
    assert set(body["errors"]) == (refused or set(changes))
    assert unused(code)
    assert not User.objects.exists()


def test_password_rules_are_told_in_the_callers_language(as_stranger: App, code: str) -> None:
    given = carol(code, password="abc", email="nowhere")
    spanish = as_stranger.post_json("/auth/register", given, **{"Accept-Language": "es"})
    assert the_problem(spanish, 400, "invalid")["errors"]["email"] == [
        "Introduzca una dirección de correo electrónico válida."
    ]
    given = carol(code, password="abc")
    spanish = as_stranger.post_json("/auth/register", given, **{"Accept-Language": "es"})
    [message, *_] = the_problem(spanish, 400, "invalid")["errors"]["password"]
    assert "contraseña es demasiado corta" in message


def test_after_a_crash_the_same_user_goes_on_where_they_were(code: str) -> None:
    given = {"username": "carol", "email": "carol@example.org", "password": "x" * 12, "code": code}
    user_id, now = uuid.uuid4(), timezone.now()
    first = registration.register(**given, user_id=user_id, now=now)
    Preferences.objects.all().delete()  # it died before this
    again = registration.register(**given, user_id=user_id, now=now)
    assert again == first == User.objects.get()
    assert Preferences.objects.get().user == first


def test_a_fault_of_ours_gives_the_code_back(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*args: object, **kwargs: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(User.objects, "create_user", breaks)
    with pytest.raises(OSError, match="disk full"):
        registration.register(
            username="carol",
            email="c@example.org",
            password="x",
            code=code,
            user_id=uuid.uuid4(),
            now=timezone.now(),
        )
    assert unused(code)
