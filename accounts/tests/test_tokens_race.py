import pytest
from django.utils import timezone

from accounts import tokens
from accounts.models import Device, User
from accounts.tests.racing import together
from conftest import App

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_phone_that_refreshes_many_times_at_once_gets_one_pair(alice: User) -> None:
    pair = tokens.open_device(alice, now=timezone.now())
    results = together(12, lambda _: App().post_json("/auth/refresh", {"refresh": pair["refresh"]}))
    assert [answer.status_code for answer in results] == [200] * 12
    assert len({answer.content for answer in results}) == 1
    device = Device.objects.get()
    assert (device.serial, device.revoked_at) == (1, None)
