from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import idempotency, jobs
from accounts.models import ActivationCode, Attempt, Device, User
from accounts.tests.people import a_code, carol
from accounts.tests.racing import together
from conftest import App
from thoughtvoice.tests.test_errors import the_problem

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
NOW = timezone.now()


def register(app: App, body: dict, headers: dict[str, str] = KEY):
    return app.post_json("/auth/register", body, **headers)


def claim(*, fingerprint: str = "f" * 64, now=NOW):
    return idempotency.claim("perform:alice", "a-key-of-mine", fingerprint=fingerprint, now=now)


def test_the_same_request_again_gets_the_same_answer(as_stranger: App, db: None) -> None:
    body = carol(a_code())
    first, again = register(as_stranger, body), register(as_stranger, body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Content-Type"] == "application/json"
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert (User.objects.count(), Device.objects.count()) == (1, 1)


def test_the_order_of_fields_makes_no_other_request(as_stranger: App, db: None) -> None:
    body = carol(a_code())
    register(as_stranger, body)
    assert register(as_stranger, dict(reversed(body.items()))).status_code == 201


def test_another_request_with_that_key_is_refused(as_stranger: App, db: None) -> None:
    code = a_code()
    register(as_stranger, carol(code))
    the_problem(register(as_stranger, carol(code, username="dora")), 422, "idempotency_mismatch")


def test_a_refusal_frees_the_key(as_stranger: App, db: None) -> None:
    code = a_code()
    the_problem(register(as_stranger, carol("WRONG")), 400, "activation_refused")
    the_problem(register(as_stranger, carol(code, password="x")), 400, "invalid")
    assert register(as_stranger, carol(code)).status_code == 201


@pytest.mark.parametrize("key", ["short", "", "a" * 256, "with blanks in it", "ümläutekey"])
def test_a_key_that_cannot_be_one_is_refused(as_stranger: App, db: None, key: str) -> None:
    the_problem(register(as_stranger, carol(a_code()), {"Idempotency-Key": key}), 400, "invalid")


def test_while_the_first_still_runs_the_second_is_told_to_wait(db: None) -> None:
    claim()
    with pytest.raises(idempotency.InFlight) as refused:
        claim(now=NOW + idempotency.ABANDONED)
    assert (refused.value.status, refused.value.retry_after) == (409, 1)


def test_a_dead_workers_attempt_goes_on_with_the_same_row(db: None) -> None:
    dead = claim()
    taken_over = claim(now=NOW + idempotency.ABANDONED + timedelta(seconds=1))
    assert taken_over == dead
    idempotency.keep(dead, status=500, headers={}, body=b"too late")
    idempotency.keep(taken_over, status=201, headers={"X-Made": "1"}, body=b"made", reference="p1")
    assert claim() == idempotency.Answer(201, {"X-Made": "1"}, b"made", "p1")


def test_a_registration_that_broke_off_after_the_user_was_made_is_finished_by_the_next(
    as_stranger: App, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = carol(a_code())
    with monkeypatch.context() as broken:
        broken.setattr("accounts.views._signed_in", lambda *_: 1 / 0)
        the_problem(register(as_stranger, body), 500, "internal_error")
    user = User.objects.get()
    answer = register(as_stranger, body)
    assert (answer.status_code, answer.json()["user"]["user_id"]) == (201, str(user.pk))
    assert ActivationCode.objects.get().used_by == user


def test_a_key_is_forgotten_after_a_day(db: None) -> None:
    old = claim()
    idempotency.keep(old, status=200, headers={})
    assert isinstance(claim(now=NOW + timedelta(hours=23, minutes=59)), idempotency.Answer)
    new = claim(now=NOW + timedelta(hours=24, seconds=1))
    assert isinstance(new, Attempt)
    assert new.pk != old.pk


def test_old_attempts_are_deleted_by_a_job(db: None) -> None:
    claim(now=NOW - timedelta(hours=25))
    idempotency.claim("perform:bob", "a-key-of-bob", fingerprint="f", now=NOW)
    assert jobs.forget_old_attempts() == "1 attempts forgotten"
    assert Attempt.objects.get().scope == "perform:bob"


def test_two_people_may_use_the_same_key(db: None) -> None:
    claim()
    assert isinstance(idempotency.claim("perform:bob", "a-key-of-mine", fingerprint="g", now=NOW), Attempt)


def test_nothing_kept_can_be_read_or_guessed_from_the_database(as_stranger: App, db: None, settings) -> None:
    register(as_stranger, carol(a_code()))
    row = Attempt.objects.get()
    assert b"carol" not in bytes(row.sealed_body)
    before = idempotency.digest(b"password")
    settings.SECRET_KEY = "another key"
    assert idempotency.digest(b"password") != before


@pytest.mark.django_db(transaction=True)
def test_of_six_parallel_requests_with_one_key_one_runs() -> None:
    body = carol(a_code())
    answers = together(6, lambda _: register(App(), body))
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = [answer.json() for answer in answers if answer.status_code == 201]
    assert made == [made[0]] * len(made)
    assert (User.objects.count(), Device.objects.count()) == (1, 1)
    assert register(App(), body).json() == made[0]


def test_of_two_that_began_together_each_has_its_own_answer(db: None) -> None:
    first, second = (
        idempotency.claim("perform:alice", f"key-number-{number}", fingerprint="f" * 64, now=NOW)
        for number in range(2)
    )
    assert isinstance(first, Attempt)
    assert isinstance(second, Attempt)
    idempotency.keep(first, status=200, headers={}, reference="first")
    idempotency.abandon(second)
    assert list(Attempt.objects.values_list("reference", flat=True)) == ["first"]


def test_what_was_answered_stays_the_answer(db: None) -> None:
    attempt = claim()
    idempotency.keep(attempt, status=200, headers={}, body=b"first")
    idempotency.keep(attempt, status=201, headers={}, body=b"second")
    idempotency.abandon(attempt)
    kept = claim()
    assert (kept.status, kept.body, kept.reference) == (200, b"first", "")
