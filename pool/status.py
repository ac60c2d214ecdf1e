"""The pool at a glance, for staff."""

from datetime import datetime
from typing import Any

from pool import budget, capacity, policy, switches
from pool.models import Account, Slot


def snapshot(*, now: datetime) -> dict[str, Any]:
    chosen = switches.current()
    return {
        "enabled": chosen.enabled,
        "capacity": chosen.capacity,
        "strategy": chosen.strategy,
        "sentence": policy.STRATEGIES[chosen.strategy].sentence,
        "ttl_minutes": chosen.ttl_minutes,
        "cloning": chosen.cloning,
        "sharing": chosen.sharing,
        "accounts": [_account(account, now=now) for account in Account.objects.order_by("name")],
    }


def _account(account: Account, *, now: datetime) -> dict[str, Any]:
    slots = Slot.objects.filter(account=account).select_related("voice__user").order_by("number")
    spent = budget.budget(account)
    return {
        "account": account.name,
        "allowed": capacity.allowed(account),
        "foreign_voices": account.foreign_voices,
        "creations_used": spent.used,
        "creations_limit": spent.limit,
        "characters_used": account.characters_used,
        "characters_limit": account.characters_limit,
        "resets_at": account.resets_at,
        "polled_at": account.polled_at,
        "slots": [_slot(slot, now=now) for slot in slots],
    }


def _slot(slot: Slot, *, now: datetime) -> dict[str, Any]:
    return {
        "slot": slot.number,
        "state": slot.state,
        "user_id": slot.voice.user_id if slot.voice else None,
        "username": slot.voice.user.username if slot.voice else None,
        "idle_seconds": round((now - slot.last_used_at).total_seconds()),
        "pinned_seconds": max(0, round((slot.pinned_until - now).total_seconds())),
        "since": slot.since,
        "error": slot.error,
    }
