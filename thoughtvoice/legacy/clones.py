"""Whose clone is it? From `users` and both shapes of `voice_pool`. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from thoughtvoice.legacy import values
from thoughtvoice.legacy.naming import LONG_AGO
from thoughtvoice.legacy.people import Person


@dataclass(frozen=True)
class Owned:
    remote_id: str
    owner: str
    """Key of the person."""
    used_at: datetime


@dataclass
class Found:
    owned: list[Owned]
    """Used last, first."""
    shared: dict[str, list[str]]
    """Remote id → keys of those who spoke with one clone: it is nobody's."""
    ownerless: list[str]
    """Remote ids whose owner nobody knows."""


def resolve(people: Iterable[Person], pool: Iterable[Mapping[str, Any]], known: Mapping[str, str]) -> Found:
    """`known`: key, name or address of a person → their key."""
    owners: dict[str, set[str]] = defaultdict(set)
    used_at: dict[str, datetime] = {}
    for entry in pool:
        remote_id = values.text(entry.get("voice_id"))
        if not remote_id or not _live(entry):
            continue
        owners[remote_id] |= {known.get(name, name) for name in _users(entry)}
        used_at[remote_id] = values.instant(entry.get("last_used_at")) or LONG_AGO
    for person in people:
        if person.clone_id:
            owners[person.clone_id].add(person.key)
            used_at.setdefault(person.clone_id, person.active_at or LONG_AGO)
    found = Found([], {}, [])
    keys = set(known.values())
    for remote_id, users in owners.items():
        if len(users) > 1:
            found.shared[remote_id] = sorted(users)
        elif users <= keys and users:
            found.owned.append(Owned(remote_id, next(iter(users)), used_at[remote_id]))
        else:
            found.ownerless.append(remote_id)
    found.owned.sort(key=lambda one: one.used_at, reverse=True)
    return found


def _live(entry: Mapping[str, Any]) -> bool:
    return values.flag(entry.get("active")) is not False and not entry.get("evicted_at")


def _users(entry: Mapping[str, Any]) -> list[str]:
    listed = entry.get("users")
    users = listed if isinstance(listed, list) else [entry.get("user_id")]
    return [user for user in map(values.text, users) if user]
