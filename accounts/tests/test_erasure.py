from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import erasure, quota
from accounts.models import Attempt, Charge, User
from accounts.tests.people import a_code, carol
from conftest import PASSWORD, App
from thoughtvoice.tests.test_errors import the_problem


def leave(app: App, password: object = PASSWORD):
    return app.delete("/user/me", {"password": password}, content_type="application/json")


def test_who_leaves_is_out_at_once_on_every_device(as_alice: App, alice: User, as_stranger: App) -> None:
    other = App(alice)
    assert leave(as_alice).status_code == 202
    assert [app.get("/user/me").status_code for app in (as_alice, other)] == [401, 401]
    again = as_stranger.post_json("/auth/login", {"username": "alice", "password": PASSWORD})
    the_problem(again, 401, "wrong_sign_in")
    assert User.objects.get().erase_requested_at is not None


@pytest.mark.parametrize(("password", "status"), [("wrong", 403), ("", 400), (None, 400), ([], 400)])
def test_nobody_leaves_without_the_password(as_alice: App, password: object, status: int) -> None:
    assert leave(as_alice, password).status_code == status
    assert as_alice.get("/user/me").status_code == 200
    assert User.objects.get().erase_requested_at is None


def test_charges_stay_without_a_name(alice: User, bob: User) -> None:
    for user in (alice, bob):
        quota.settle(quota.reserve(user, 10, now=timezone.now()), 10)
    erasure.forget(alice)
    assert sorted(Charge.objects.values_list("user", "characters"), key=str) == sorted(
        [(None, 10), (bob.pk, 10)], key=str
    )
    assert User.objects.get() == bob


def test_kept_answers_go_with_the_person(as_stranger: App, bob: User, db: None) -> None:
    answer = as_stranger.post_json("/auth/register", carol(a_code()), **{"Idempotency-Key": "a-key-of-carol"})
    assert answer.status_code == 201
    user = User.objects.get(username="carol")
    for owner in (user, bob):
        Attempt.objects.create(scope=f"perform:{owner.pk}", key_hash="k", fingerprint="f")
    erasure.forget(user)
    assert Attempt.objects.get().scope == f"perform:{bob.pk}"


def test_a_name_is_free_again_once_its_owner_is_gone(as_stranger: App, alice: User) -> None:
    erasure.request(alice, now=timezone.now() - timedelta(hours=1))
    given = carol(a_code(), username="alice", email="alice@example.org")
    assert as_stranger.post_json("/auth/register", given).status_code == 400
    erasure.forget(alice)
    assert as_stranger.post_json("/auth/register", given).status_code == 201
