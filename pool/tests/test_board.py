"""The places as cards, while accounts come and go."""

from typing import Any

import pytest
from django.db.models.signals import post_init
from django.utils import timezone

from pool import board
from pool.models import Account, Slot

pytestmark = pytest.mark.django_db


def test_an_account_that_comes_while_the_places_are_read_is_shown_the_next_time() -> None:
    def comes(**_: Any) -> None:
        post_init.disconnect(comes, sender=Account)
        Slot.objects.create(account=Account.objects.create(name="second"), number=1)

    post_init.connect(comes, sender=Account)
    for accounts in (["default"], ["default", "second"]):
        shown = board.boards(now=timezone.now())
        assert [one.account.name for one in shown] == accounts
