"""As many usable places as the switches and the provider's plan allow.

There is a row for every place; those that we may not use are BLOCKED. Blocking takes a row that is free,
so that the number of clones never passes the capacity, not even while it is being lowered.
"""

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from pool import eviction, switches
from pool.models import Account, Slot


def accounts() -> list[Account]:
    """One row for every account in the settings, made where it is missing."""
    return [_account(name) for name in settings.PROVIDER_ACCOUNTS]


def speaking() -> str:
    """The account that speaks for those without a clone: the first whose key is taken, where there are several."""
    names = list(settings.PROVIDER_ACCOUNTS)
    if len(names) == 1:
        return names[0]
    refused = {account.name for account in Account.objects.filter(name__in=names) if not account.usable}
    return next((name for name in names if name not in refused), names[0])


def resize(places: int, *, deadline: float) -> int:
    """Let the pool use `places` of the default account; how many are usable now."""
    switches.change(capacity=places)
    for account in accounts():
        fit(account, deadline=deadline)
    return Slot.objects.exclude(state=Slot.State.BLOCKED).count()


def allowed(account: Account) -> int:
    """Places that are ours: the plan's, less what people made by hand, at most the capacity."""
    capacity = switches.current().capacity
    if account.voice_limit is None:
        return capacity
    return max(0, min(capacity, account.voice_limit - account.foreign_voices))


def fit(account: Account, *, deadline: float) -> None:
    """Block or unblock places until as many are usable as are allowed; who must leave leaves in the
    strategy's order, and who is pinned stays until the next run."""
    usable = allowed(account)
    _add_rows(account, usable)
    slots = Slot.objects.filter(account=account)
    surplus = slots.exclude(state=Slot.State.BLOCKED).count() - usable
    if surplus < 0:
        for slot in slots.filter(state=Slot.State.BLOCKED).order_by("number")[:-surplus]:
            slot.empty(now=timezone.now())
    elif surplus > 0:
        _block(account, surplus, deadline=deadline)


def _block(account: Account, surplus: int, *, deadline: float) -> None:
    now = timezone.now()
    free = Slot.objects.filter(account=account, state=Slot.State.FREE).order_by("-number")
    gone = sum(slot.move(state=Slot.State.BLOCKED, since=now) for slot in free[:surplus])
    gone += Slot.objects.filter(account=account, state=Slot.State.DELETING).count()  # blocked in a later run
    for slot in eviction.leaving(now=now, account=account):
        if gone >= surplus:
            return
        if eviction.evict(slot, reason="capacity", now=now, deadline=deadline):
            slot.move(state=Slot.State.BLOCKED, since=now)
        gone += slot.state in {Slot.State.BLOCKED, Slot.State.DELETING}


def _add_rows(account: Account, places: int) -> None:
    there = set(Slot.objects.filter(account=account).values_list("number", flat=True))
    for number in range(1, places + 1):
        if number not in there:
            try:
                Slot.objects.create(account=account, number=number)
            except IntegrityError:  # another process adds them at the same time
                continue


def _account(name: str) -> Account:
    return Account.objects.get_or_create(name=name)[0]
