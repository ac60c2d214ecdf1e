import pytest
import time_machine

from accounts.limits import client_ip
from accounts.models import User
from conftest import PASSWORD, App
from thoughtvoice.tests.test_errors import the_problem


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False) as clock:
        yield clock


def limits(settings, **rates: str) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **rates}


def sign_in(app: App, name: str = "nobody", **meta: str):
    given = {"username": name, "password": PASSWORD}
    return app.post("/auth/login", given, content_type="application/json", **meta)


def test_who_asks_too_often_is_told_when_to_come_back(as_stranger: App, settings, noon) -> None:
    limits(settings, login="2/m")
    assert [sign_in(as_stranger).status_code for _ in range(2)] == [401, 401]
    answer = sign_in(as_stranger)
    body = the_problem(answer, 429, "rate_limited")
    assert body["retryable"]
    assert 1 <= body["retry_after"] <= 60
    assert answer["Retry-After"] == str(body["retry_after"])
    noon.shift(body["retry_after"] + 1)
    assert sign_in(as_stranger).status_code == 401


def test_every_answer_says_what_is_left_of_the_tightest_limit(as_stranger: App, settings) -> None:
    limits(settings, login="5/m", login_account="3/h")
    answer = sign_in(as_stranger)
    left, policy = answer["RateLimit"], answer["RateLimit-Policy"]
    assert left.startswith('"login_account";r=2;t=')
    assert policy == '"login_account";q=3;w=3600'
    assert sign_in(as_stranger)["RateLimit"].startswith('"login_account";r=1;t=')


def test_the_document_of_the_api_is_made_seldom(as_stranger: App, settings) -> None:
    limits(settings, schema="1/m")
    assert [as_stranger.get("/schema").status_code for _ in range(2)] == [200, 429]


def test_one_account_is_guessed_at_seldom_from_wherever(as_stranger: App, alice: User, settings) -> None:
    limits(settings, login_account="2/h")
    tried = [
        sign_in(as_stranger, name, REMOTE_ADDR=f"192.0.2.{n}")
        for n, name in enumerate(["alice", "ALICE", " alice"])
    ]
    assert [answer.status_code for answer in tried] == [200, 200, 429]
    assert sign_in(as_stranger, "nobody").status_code == 401


def test_one_code_is_tried_seldom_from_wherever(as_stranger: App, settings, db: None) -> None:
    limits(settings, register_code="1/h")
    body = {"activationCode": "GUESS"}
    tried = [
        as_stranger.post("/auth/register", body, content_type="application/json", REMOTE_ADDR=f"192.0.2.{n}")
        for n in range(2)
    ]
    assert [answer.status_code for answer in tried] == [400, 429]


def test_forms_without_the_field_share_no_limit(as_stranger: App, settings, db: None) -> None:
    limits(settings, register_code="1/h")
    assert [as_stranger.post_json("/auth/register", body).status_code for body in ({}, {}, [], 7)] == [
        400
    ] * 4


@pytest.mark.parametrize("path", ["/auth/login", "/auth/register", "/auth/refresh"])
def test_one_address_is_limited_and_others_are_not(as_stranger: App, settings, db: None, path: str) -> None:
    limits(settings, **{path.rpartition("/")[2]: "1/h"})

    def ask(address: str) -> int:
        return as_stranger.post(path, {}, content_type="application/json", REMOTE_ADDR=address).status_code

    assert [ask("192.0.2.1"), ask("192.0.2.1"), ask("192.0.2.2")] == [400, 429, 400]


def test_signed_in_people_are_counted_by_themselves_not_by_address(
    as_alice: App, as_bob: App, settings
) -> None:
    limits(settings, password="1/h")
    wrong = {"old_password": "wrong", "new_password": "eleven quiet rivers"}
    assert [app.post_json("/user/password", wrong).status_code for app in (as_alice, as_alice, as_bob)] == [
        403,
        429,
        403,
    ]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "192.0.2.9"),
        (0, "203.0.113.1", "192.0.2.9"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "198.51.100.66, 203.0.113.1", "203.0.113.1"),
        (2, "198.51.100.66, 203.0.113.1, 10.0.0.1", "203.0.113.1"),
        (2, "203.0.113.1", "192.0.2.9"),
        (1, "unknown", "192.0.2.9"),
        (1, None, "192.0.2.9"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_address_is_what_our_own_outermost_proxy_saw(rf, settings, proxies, forwarded, expected) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_ip(rf.get("/", headers=headers, REMOTE_ADDR="192.0.2.9")) == expected


def test_a_unix_socket_has_an_address_too(rf) -> None:
    assert client_ip(rf.get("/", REMOTE_ADDR="")) == "127.0.0.1"


def test_a_spoofed_address_does_not_evade_the_limit(as_stranger: App, settings, db: None) -> None:
    limits(settings, login="1/h")
    tried = [sign_in(as_stranger, f"n{n}", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}") for n in range(2)]
    assert [answer.status_code for answer in tried] == [401, 429]


def test_without_the_cache_people_still_sign_in(as_stranger: App, alice: User, settings) -> None:
    nobody_there = "redis://127.0.0.1:1/0"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": nobody_there}
    }
    answer = sign_in(as_stranger, "alice")
    assert answer.status_code == 200, answer.content
