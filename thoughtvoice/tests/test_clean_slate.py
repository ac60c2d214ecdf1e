from collections.abc import Callable

import pytest
from django.core.cache import cache

from accounts.models import User
from perform.models import Routine
from pool.models import Slot
from thoughtvoice.tests.clean_slate import CleanSlate

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_migrations_inserted_is_there_in_every_test() -> None:
    assert (Routine.objects.count(), Slot.objects.count()) == (8, 10)


def test_what_a_test_deleted_comes_back_as_it_was() -> None:
    slate, names = CleanSlate(), list(Routine.objects.values_list("pk", "key", "examples_es"))
    for _ in range(2):  # the second time MongoDB is asked what has changed
        Routine.objects.all().delete()
        Slot.objects.filter(number=1).update(turn=7)
        slate.restore()
        assert list(Routine.objects.values_list("pk", "key", "examples_es")) == names
        assert Slot.objects.get(number=1).turn == 0


def test_what_a_test_wrote_is_gone(make_user: Callable[..., User]) -> None:
    slate = CleanSlate()
    make_user("carol").devices.create(name="phone")
    slate.restore()
    assert User.objects.count() == 0


@pytest.mark.parametrize("test", ["first", "second"])
def test_no_test_finds_what_another_cached(test: str) -> None:
    assert cache.add("key", test, timeout=60)
