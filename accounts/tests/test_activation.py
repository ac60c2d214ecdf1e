import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import activation, jobs
from accounts.models import ActivationCode, User
from accounts.tests.people import a_code

NOW = timezone.now()
pytestmark = pytest.mark.django_db


def claimed_by(code: str) -> uuid.UUID | None:
    return ActivationCode.objects.get(code=code).used_by_id


def test_codes_have_eleven_letters_and_digits_that_nobody_mistakes() -> None:
    codes = activation.issue(300, now=NOW)
    assert len(set(codes)) == 300
    assert {len(code) for code in codes} == {11}
    assert not set("".join(codes)) & set("IOQ01" + "abcdefghijklmnopqrstuvwxyz")
    for code in codes:
        assert any(sign.isdigit() for sign in code)
        assert any(sign.isalpha() for sign in code)


def test_a_code_remembers_batch_note_and_expiry() -> None:
    later = NOW + timedelta(days=3)
    [code] = activation.issue(1, now=NOW, batch="tour", note="for Oslo", expires_at=later)
    row = ActivationCode.objects.get(code=code)
    assert (row.batch, row.note, row.created_at) == ("tour", "for Oslo", row.created_at)
    assert abs(row.expires_at - later) < timedelta(milliseconds=1)


def test_a_code_that_exists_already_is_not_issued_again(monkeypatch: pytest.MonkeyPatch) -> None:
    coming = iter(["AAAAAAAAAA2", "AAAAAAAAAA2", "AAAAAAAAAA3"])
    monkeypatch.setattr(activation, "new_code", lambda: next(coming))
    assert activation.issue(2, now=NOW) == ["AAAAAAAAAA2", "AAAAAAAAAA3"]


@pytest.mark.parametrize("old", ["o0il1-abc", "Ñandú 7", "x"])
def test_any_old_code_is_taken_as_it_was_written(old: str, alice: User) -> None:
    ActivationCode.objects.create(code=old)
    activation.claim(f" {old} ", user_id=alice.pk, now=NOW)
    assert claimed_by(old) == alice.pk


def test_wrong_used_expired_and_revoked_codes_get_the_same_refusal(alice: User, bob: User) -> None:
    used, expired, revoked = a_code(), a_code(expires_at=NOW), a_code()
    activation.claim(used, user_id=bob.pk, now=NOW)
    activation.revoke(ActivationCode.objects.filter(code=revoked), now=NOW)
    refusals = []
    for code in ["WRONG", used, expired, revoked]:
        with pytest.raises(activation.CodeRefused) as refused:
            activation.claim(code, user_id=alice.pk, now=NOW)
        refusals.append(vars(refused.value))
    assert refusals == [refusals[0]] * 4


def test_a_code_is_good_until_the_moment_it_expires(alice: User) -> None:
    code = a_code(expires_at=NOW + timedelta(seconds=1))
    activation.claim(code, user_id=alice.pk, now=NOW)
    assert claimed_by(code) == alice.pk


def test_who_claimed_a_code_may_claim_it_again(alice: User) -> None:
    code = a_code()
    activation.claim(code, user_id=alice.pk, now=NOW)
    activation.claim(code, user_id=alice.pk, now=NOW + timedelta(minutes=1))


def test_a_code_that_was_revoked_meanwhile_is_not_claimed_again(alice: User) -> None:
    code = a_code()
    activation.claim(code, user_id=alice.pk, now=NOW)
    ActivationCode.objects.update(revoked_at=NOW)
    with pytest.raises(activation.CodeRefused):
        activation.claim(code, user_id=alice.pk, now=NOW)


def test_only_the_claimant_gives_a_code_back(alice: User, bob: User) -> None:
    code, other = a_code(), a_code()
    for each in (code, other):
        activation.claim(each, user_id=alice.pk, now=NOW)
    activation.give_back(code, user_id=bob.pk)
    assert claimed_by(code) == alice.pk
    activation.give_back(code, user_id=alice.pk)
    assert (claimed_by(code), claimed_by(other)) == (None, alice.pk)
    activation.claim(code, user_id=bob.pk, now=NOW)


def test_revoking_leaves_used_codes_as_they_are(alice: User) -> None:
    used, unused = a_code(), a_code()
    activation.claim(used, user_id=alice.pk, now=NOW)
    assert activation.revoke(ActivationCode.objects.all(), now=NOW) == 1
    assert activation.revoke(ActivationCode.objects.all(), now=NOW) == 0
    assert ActivationCode.objects.get(revoked_at=None).code == used
    assert ActivationCode.objects.exclude(revoked_at=None).get().code == unused


def test_a_code_whose_claimant_never_came_to_be_is_freed_after_a_while(alice: User, bob: User) -> None:
    before = NOW - activation.UNUSED_CLAIM - timedelta(seconds=1)
    dead, lasting, recent = a_code(), a_code(), a_code()
    activation.claim(dead, user_id=uuid.uuid4(), now=before)
    activation.claim(lasting, user_id=alice.pk, now=before)
    activation.claim(recent, user_id=uuid.uuid4(), now=NOW)
    assert jobs.free_abandoned_codes() == "1 codes freed"
    assert jobs.free_abandoned_codes() == "0 codes freed"
    activation.claim(dead, user_id=bob.pk, now=NOW)
    assert claimed_by(lasting) == alice.pk


def test_freeing_asks_as_many_questions_for_many_codes_as_for_one(
    make_user, django_assert_num_queries
) -> None:
    for name in ("dora", "eve", "fay"):
        activation.claim(a_code(), user_id=make_user(name).pk, now=NOW - timedelta(days=1))
    with django_assert_num_queries(1):
        activation.free_abandoned_claims(now=NOW, limit=10)


def test_a_code_stays_used_when_its_user_is_erased(alice: User, bob: User) -> None:
    code = a_code()
    activation.claim(code, user_id=alice.pk, now=NOW - timedelta(days=1))
    alice.delete()
    assert activation.free_abandoned_claims(now=NOW, limit=10) == 0
    with pytest.raises(activation.CodeRefused):
        activation.claim(code, user_id=bob.pk, now=NOW)
