import pytest

from accounts.models import Device, User
from conftest import PASSWORD, App
from thoughtvoice.tests.test_errors import the_problem

NEW = "eleven quiet rivers"


def change(app: App, old: str = PASSWORD, new: str = NEW, **headers: str):
    return app.post_json("/user/password", {"old_password": old, "new_password": new}, **headers)


def test_a_new_password_ends_all_devices_and_signs_this_one_in_again(as_alice: App, alice: User) -> None:
    other = App(alice)
    answer = change(as_alice)
    assert answer.status_code == 200
    assert [app.get("/user/me").status_code for app in (as_alice, other)] == [401, 401]
    header = {"Authorization": f"Bearer {answer.json()['access']}"}
    assert as_alice.get("/user/me", headers=header).status_code == 200
    assert Device.objects.get(revoked_at=None).name == "test phone"
    assert User.objects.get().check_password(NEW)


def test_without_the_present_password_nothing_changes(as_alice: App) -> None:
    the_problem(change(as_alice, old="wrong"), 403, "wrong_password")
    assert as_alice.get("/user/me").status_code == 200
    assert User.objects.get().check_password(PASSWORD)


def test_a_weak_password_is_refused_in_the_callers_language(as_alice: App) -> None:
    answer = change(as_alice, new="123", **{"Accept-Language": "es"})
    messages = the_problem(answer, 400, "invalid")["errors"]["new_password"]
    assert any("contraseña" in message for message in messages)
    assert User.objects.get().check_password(PASSWORD)


def test_guessing_the_present_password_is_limited(as_alice: App, settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "password": "2/h"}
    assert [change(as_alice, old="wrong").status_code for _ in range(3)] == [403, 403, 429]
    assert (
        as_alice.delete("/user/me", {"password": "wrong"}, content_type="application/json").status_code == 429
    )
    assert as_alice.get("/user/me").status_code == 200


@pytest.mark.parametrize("new", ["ThoughtVoice", "thoughtvoice2026", "magician!7", "pensamiento-voz"])
def test_our_own_words_make_no_password(as_alice: App, new: str) -> None:
    the_problem(change(as_alice, new=new), 400, "invalid")
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize("new", ["a voice of seven rivers", "k9xq7mzp", "seven " * 16, "ñandú y el río"])
def test_whatever_else_is_long_enough_is_a_password(as_alice: App, new: str) -> None:
    assert change(as_alice, new=new).status_code == 200
    assert User.objects.get().check_password(new)
