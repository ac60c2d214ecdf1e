import pytest
from django.utils import timezone

from accounts import quota
from accounts.models import Charge, User
from accounts.tests.people import a_charge
from accounts.tests.racing import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_forty_reservations_at_once_as_many_are_admitted_as_fit(alice: User) -> None:
    now = timezone.now()
    a_charge(alice, 3500, state=Charge.State.SETTLED, created_at=now)
    results = together(40, lambda _: quota.reserve(alice, 200, now=now))
    held = [result for result in results if isinstance(result, Charge)]
    assert {type(result) for result in results} <= {Charge, quota.QuotaExceeded}
    usage = quota.usage(alice, now=now)
    assert (len(held), usage.held) == (3, 600)


def test_the_last_characters_are_not_given_twice(alice: User) -> None:
    now = timezone.now()
    a_charge(alice, 3999, state=Charge.State.SETTLED, created_at=now)
    for _ in range(5):
        results = together(2, lambda _: quota.reserve(alice, 100, now=now))
        held = [result for result in results if isinstance(result, Charge)]
        assert len(held) == 1
        quota.release(held[0])
