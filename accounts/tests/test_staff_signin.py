import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from redis import RedisError

from accounts.models import StaffAction, User
from conftest import PASSWORD, App

DOOR = "/admin/login/"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def staff(make_user) -> User:
    return make_user("staff", is_staff=True)


def sign_in(browser: App, password: str = PASSWORD, **meta: str) -> str:
    """Where the browser is sent, or what the page tells."""
    answer = browser.post(DOOR, {"username": "staff", "password": password, "next": "/admin/"}, **meta)
    return answer.get("Location") or answer.content.decode()


def limits(settings, **rates: str) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **rates}


def test_staff_are_let_in(as_stranger: App, staff: User) -> None:
    assert sign_in(as_stranger) == "/admin/"


def test_after_too_many_attempts_not_even_the_right_password_opens(
    as_stranger: App, staff: User, settings, noon
) -> None:
    limits(settings, login_account="2/h")
    for n in range(2):
        assert "Too many attempts" not in sign_in(as_stranger, "wrong", REMOTE_ADDR=f"192.0.2.{n}")
    assert "Too many attempts. Try again in" in sign_in(as_stranger, REMOTE_ADDR="192.0.2.9")
    noon.shift(3601)
    assert sign_in(as_stranger) == "/admin/"


def test_one_address_tries_many_names_in_vain(as_stranger: App, staff: User, settings) -> None:
    limits(settings, login="1/h")
    as_stranger.post(DOOR, {"username": "somebody", "password": "wrong"})
    assert "Too many attempts" in sign_in(as_stranger)
    assert sign_in(as_stranger, REMOTE_ADDR="192.0.2.9") == "/admin/"


def test_both_doors_count_together(as_stranger: App, staff: User, settings) -> None:
    limits(settings, login_account="1/h")
    as_stranger.post_json("/auth/login", {"username": "staff", "password": "wrong"})
    assert "Too many attempts" in sign_in(as_stranger)


def test_without_the_cache_staff_are_let_in(as_stranger: App, staff: User, monkeypatch) -> None:
    def unreachable(*args: object, **kwargs: object) -> None:
        raise RedisError

    monkeypatch.setattr(type(cache._connections["default"]), "add", unreachable)
    assert sign_in(as_stranger) == "/admin/"


@pytest.mark.parametrize(
    "path",
    [
        "/admin/pool/slot/reconcile/",
        "/admin/accounts/activationcode/add/",
        "/admin/voice-pool/reconcile",
        "/i18n/setlang/",
        "/admin/logout/",
    ],
)
def test_another_sites_page_does_nothing_in_the_name_of_staff(make_user, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user("carol", is_staff=True, is_superuser=True))
    answer = browser.post(path, {"reason": "a trick", "count": 1, "repair": "true", "language": "es"})
    assert answer.status_code == 403
    assert not StaffAction.objects.exists()
