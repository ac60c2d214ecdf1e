"""Many come with one code at the same moment."""

import uuid

import pytest
from django.utils import timezone

from accounts import activation, registration
from accounts.models import ActivationCode, User
from accounts.tests.people import a_code
from accounts.tests.racing import together

pytestmark = pytest.mark.django_db(transaction=True)


def register(number: int, code: str) -> User:
    return registration.register(
        username=f"racer{number}",
        email=f"racer{number}@example.org",
        password="does not matter",
        code=code,
        user_id=uuid.uuid4(),
        now=timezone.now(),
    )


def test_of_twenty_racers_one_gets_an_account() -> None:
    code = a_code()
    results = together(20, lambda number: register(number, code))
    [winner] = [result for result in results if isinstance(result, User)]
    assert [type(result) for result in results if result != winner] == [activation.CodeRefused] * 19
    assert list(User.objects.values_list("pk", flat=True)) == [winner.pk]
    assert ActivationCode.objects.get(code=code).used_by_id == winner.pk


def test_of_racers_for_one_name_one_gets_it_and_the_others_keep_their_codes() -> None:
    codes = [a_code() for _ in range(6)]

    def claim_the_name(number: int) -> User:
        return registration.register(
            username="Carol",
            email=f"carol{number}@example.org",
            password="does not matter",
            code=codes[number],
            user_id=uuid.uuid4(),
            now=timezone.now(),
        )

    results = together(6, claim_the_name)
    assert sorted(type(result).__name__ for result in results) == ["NameTaken"] * 5 + ["User"]
    assert ActivationCode.objects.filter(used_at=None).count() == 5
