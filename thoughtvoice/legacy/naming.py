"""Who keeps a name or an address that several old documents have. Pure."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import UUID, uuid5

from thoughtvoice.legacy.people import Person

OLD_SYSTEM = UUID("6e0d3c0e-3f5a-4b8e-9d62-1f0f6f1d2b7a")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def new_id(kind: str, key: str) -> UUID:
    """The same for the same document in every run."""
    return uuid5(OLD_SYSTEM, f"{kind}:{key}")


def rivals(people: Iterable[Person], *, present: Collection[UUID]) -> dict[str, str]:
    """Those who lose a name → who has it. Whoever is there already keeps it, else who was active last."""
    order = sorted(
        people,
        key=lambda one: (new_id("users", one.key) in present, one.active_at or LONG_AGO, one.key),
        reverse=True,
    )
    holder: dict[str, str] = {}
    lost: dict[str, str] = {}
    for person in order:
        taken = next((holder[name] for name in person.claims if name in holder), None)
        if taken is not None:
            lost[person.key] = taken
        else:
            holder.update(dict.fromkeys(person.claims, person.key))
    return lost
