"""The places as cards: who is in each, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime

from pool import budget, capacity
from pool.models import Account, Slot
from pool.runway import Runway, runway

MOST_CARDS = 60


@dataclass(frozen=True)
class Card:
    slot: Slot
    kind: str
    """The slot's state; of one that is ready, whether it is pinned or idle."""
    who: str


@dataclass(frozen=True)
class Board:
    account: Account
    allowed: int
    cards: list[Card]
    more: int
    """Places that are not shown."""
    creations: Runway
    characters: Runway

    @property
    def counts(self) -> dict[str, int]:
        kinds = [card.kind for card in self.cards]
        return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


def boards(*, now: datetime) -> list[Board]:
    """One for each account."""
    accounts = list(Account.objects.order_by("name"))
    slots = Slot.objects.select_related("voice__user").order_by("account", "number")
    by_account: dict[object, list[Slot]] = {account.pk: [] for account in accounts}
    for slot in slots:
        if slot.account_id in by_account:  # else its account was made a moment ago
            by_account[slot.account_id].append(slot)
    return [_board(account, by_account[account.pk], now=now) for account in accounts]


def creations(account: Account, *, now: datetime) -> Runway:
    """As it was last read, and what was made since."""
    spent = budget.budget(account)
    return runway(spent.used, spent.limit, resets_at=account.resets_at, now=now)


def characters(account: Account, *, now: datetime) -> Runway:
    """Of the plan, as it was last read."""
    used, limit = account.characters_used, account.characters_limit
    return runway(used, limit, resets_at=account.resets_at, now=now)


def kind(slot: Slot, *, now: datetime) -> str:
    if slot.state != Slot.State.READY:
        return slot.state
    return "pinned" if slot.pinned_until > now else "idle"


def _board(account: Account, slots: list[Slot], *, now: datetime) -> Board:
    cards = [
        Card(slot, kind(slot, now=now), slot.voice.user.username if slot.voice else "")
        for slot in slots[:MOST_CARDS]
    ]
    more = max(0, len(slots) - MOST_CARDS)
    runways = creations(account, now=now), characters(account, now=now)
    return Board(account, capacity.allowed(account), cards, more, *runways)
