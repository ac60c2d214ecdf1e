"""Several processes at the same moment: what threads of one process share, these do not."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from accounts import quota, tokens
from accounts.models import Charge, Device, User
from accounts.tests.people import a_charge, a_code
from accounts.tests.racing import (
    Processes,
    refresh_in_a_process,
    register_in_a_process,
    reserve_in_a_process,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def two() -> Iterator[Processes]:
    processes = Processes()
    yield processes
    processes.end()


def test_one_code_gives_one_account(two: Processes) -> None:
    results = two.race(register_in_a_process, a_code())
    [winner] = [result for result in results if result.startswith("racer")]
    assert sorted(results) == ["activation_refused"] * 3 + [winner]
    assert User.objects.get().username == winner


def test_one_refresh_token_gives_one_pair(two: Processes, alice: User) -> None:
    pair = tokens.open_device(alice, now=timezone.now())
    results = two.race(refresh_in_a_process, pair["refresh"])
    assert len(set(results)) == 1
    device = Device.objects.get()
    assert (device.serial, device.revoked_at) == (1, None)


def test_the_hard_limit_is_never_passed(two: Processes, alice: User) -> None:
    now = timezone.now()
    a_charge(alice, 3000, state=Charge.State.SETTLED, created_at=now)
    admitted = sum(map(int, two.race(reserve_in_a_process, str(alice.pk))))
    usage = quota.usage(alice, now=now)
    assert usage.held == 100 * admitted
    assert usage.limit <= usage.used + usage.held <= usage.hard_limit
