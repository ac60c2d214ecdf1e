import base64
import json
from datetime import timedelta

import jwt
import pytest
import time_machine
from django.utils import timezone

from accounts import jobs, tokens
from accounts.models import Device, User
from conftest import App
from thoughtvoice.tests.test_errors import the_problem


@pytest.fixture
def pair(alice: User) -> tokens.Pair:
    return tokens.open_device(alice, now=timezone.now())


def refresh(app: App, token: object):
    return app.post_json("/auth/refresh", {"refresh": token})


def me(app: App, token: str):
    return app.get("/user/me", headers={"Authorization": f"Bearer {token}"})


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False)


def test_a_refresh_token_gives_a_new_pair(as_stranger: App, pair: tokens.Pair) -> None:
    answer = refresh(as_stranger, pair["refresh"])
    assert answer.status_code == 200
    new = answer.json()
    assert set(new) == {"access", "refresh"}
    assert new["refresh"] != pair["refresh"]
    assert me(as_stranger, new["access"]).status_code == 200


def test_a_new_pair_is_for_the_phone_whose_token_it_was_and_no_other(
    as_stranger: App, alice: User, bob: User
) -> None:
    pairs = [tokens.open_device(user, now=timezone.now()) for user in (alice, bob, alice)]
    for user, pair in zip((alice, bob, alice), pairs, strict=True):
        new = refresh(as_stranger, pair["refresh"]).json()
        assert me(as_stranger, new["access"]).json()["username"] == user.username
    assert sorted(Device.objects.values_list("serial", flat=True)) == [1, 1, 1]


def test_a_lost_response_is_given_again_byte_by_byte(as_stranger: App, pair: tokens.Pair) -> None:
    first = refresh(as_stranger, pair["refresh"])
    with later(29):
        assert refresh(as_stranger, pair["refresh"]).content == first.content


def test_a_token_used_again_later_signs_the_device_out_and_is_logged(
    as_stranger: App, pair: tokens.Pair, alice: User, caplog
) -> None:
    new = refresh(as_stranger, pair["refresh"]).json()
    with later(31):
        the_problem(refresh(as_stranger, pair["refresh"]), 401, "not_authenticated")
    the_problem(refresh(as_stranger, new["refresh"]), 401, "not_authenticated")
    the_problem(me(as_stranger, new["access"]), 401, "not_authenticated")
    [record] = [r for r in caplog.records if r.message == "refresh_reused"]
    assert (record.user_id, record.device_id) == (str(alice.pk), str(Device.objects.get().pk))
    assert pair["refresh"] not in caplog.text


def test_the_token_before_the_last_one_is_never_good_again(as_stranger: App, pair: tokens.Pair) -> None:
    second = refresh(as_stranger, pair["refresh"]).json()
    refresh(as_stranger, second["refresh"])
    the_problem(refresh(as_stranger, pair["refresh"]), 401, "not_authenticated")
    assert Device.objects.get().revoked_at is not None


def test_a_reused_token_signs_out_its_own_device_only(
    as_stranger: App, as_alice: App, pair: tokens.Pair
) -> None:
    refresh(as_stranger, pair["refresh"])
    with later(31):
        refresh(as_stranger, pair["refresh"])
    assert as_alice.get("/user/me").status_code == 200


def test_claims_hold_nothing_but_ids_and_instants(pair: tokens.Pair, alice: User) -> None:
    for kind in ("access", "refresh"):
        claims = jwt.decode(pair[kind], options={"verify_signature": False})
        assert set(claims) == {"token_type", "exp", "iat", "jti", "user_id", "device", "serial"}
        assert alice.username not in json.dumps(claims)
        assert "@" not in json.dumps(claims)


def test_access_is_short_and_refresh_is_long(as_stranger: App, pair: tokens.Pair) -> None:
    access, rotating = (
        jwt.decode(pair[kind], options={"verify_signature": False}) for kind in ("access", "refresh")
    )
    assert access["exp"] - access["iat"] == 15 * 60
    assert rotating["exp"] - rotating["iat"] == 60 * 24 * 3600
    with later(15 * 60 + 11):
        the_problem(me(as_stranger, pair["access"]), 401, "not_authenticated")
        assert refresh(as_stranger, pair["refresh"]).status_code == 200


def test_an_expired_refresh_token_is_refused(as_stranger: App, pair: tokens.Pair) -> None:
    with later(60 * 24 * 3600 + 11):
        the_problem(refresh(as_stranger, pair["refresh"]), 401, "not_authenticated")


def test_neither_token_is_good_for_the_others_purpose(as_stranger: App, pair: tokens.Pair) -> None:
    the_problem(me(as_stranger, pair["refresh"]), 401, "not_authenticated")
    the_problem(refresh(as_stranger, pair["access"]), 401, "not_authenticated")
    assert Device.objects.get().revoked_at is None


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def forgeries(pair: tokens.Pair, kind: str, other_key: str) -> list[str]:
    claims = jwt.decode(pair[kind], options={"verify_signature": False})
    signature = pair[kind].rsplit(".", 1)[1]
    unsigned = [
        f"{encoded({'typ': 'JWT', 'alg': alg})}.{encoded(claims)}"
        for alg in ("none", "None", "HS512", ["HS256"])
    ]
    deep = base64.urlsafe_b64encode(b'{"a":' + b"[" * 1200).decode().rstrip("=")
    return [
        *(f"{start}." for start in unsigned),
        *(f"{start}.{signature}" for start in unsigned),
        jwt.encode(claims, other_key, "HS256"),
        f"{encoded({'alg': 'HS256'})}.{encoded({**claims, 'serial': 7})}.{signature}",
        f"{deep}.{encoded(claims)}.{signature}",
        pair[kind][:-1],
        pair[kind] + "A" * 4,
        "..",
        "ä.ö.ü",
        "",
        " ",
    ]


def test_forged_tokens_are_refused(as_stranger: App, pair: tokens.Pair, settings) -> None:
    for forged in forgeries(pair, "access", settings.SECRET_KEY):
        the_problem(me(as_stranger, forged), 401, "not_authenticated")
    for forged in forgeries(pair, "refresh", settings.SECRET_KEY):
        assert refresh(as_stranger, forged).status_code == (401 if forged.strip() else 400), forged


def test_a_token_signed_by_us_that_names_no_device_is_refused(
    as_stranger: App, pair: tokens.Pair, settings
) -> None:
    key = settings.SIMPLE_JWT["SIGNING_KEY"]
    for kind in ("access", "refresh"):
        claims = jwt.decode(pair[kind], options={"verify_signature": False})
        for device in (None, 7, "x", [], "00000000-0000-4000-8000-000000000000"):
            token = jwt.encode({**claims, "device": device}, key, "HS256")
            answer = me(as_stranger, token) if kind == "access" else refresh(as_stranger, token)
            the_problem(answer, 401, "not_authenticated")


def test_tokens_have_their_own_key(pair: tokens.Pair, settings) -> None:
    jwt.decode(pair["access"], settings.JWT_SIGNING_KEY, ["HS256"])
    assert settings.JWT_SIGNING_KEY != settings.SECRET_KEY


def test_somebody_who_is_blocked_is_out_at_once(as_stranger: App, pair: tokens.Pair) -> None:
    User.objects.update(is_active=False)
    the_problem(me(as_stranger, pair["access"]), 401, "not_authenticated")
    the_problem(refresh(as_stranger, pair["refresh"]), 401, "not_authenticated")


def test_devices_that_can_refresh_no_more_are_forgotten(alice: User) -> None:
    now = timezone.now()
    ages = {"signed out long ago": 8, "signed out": 6}
    for name, days in ages.items():
        tokens.open_device(alice, name=name, now=now)
        Device.objects.filter(name=name).update(revoked_at=now - timedelta(days=days))
    tokens.open_device(alice, name="never came back", now=now - timedelta(days=68))
    tokens.open_device(alice, name="came back", now=now - timedelta(days=66))
    assert jobs.forget_revoked_devices() == "2 devices forgotten"
    assert set(Device.objects.values_list("name", flat=True)) == {"signed out", "came back"}


def test_who_refreshes_moves_no_other_device(alice: User, bob: User, as_stranger: App) -> None:
    mine, _ = (tokens.open_device(user, now=timezone.now()) for user in (alice, bob))
    refresh(as_stranger, mine["refresh"])
    assert (alice.devices.get().serial, bob.devices.get().serial) == (1, 0)
