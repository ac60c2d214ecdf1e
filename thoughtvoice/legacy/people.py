"""A document of `users` → a Person. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts import names, old_passwords, preferences
from accounts.models import Preferences
from thoughtvoice.legacy import values

Document = Mapping[str, Any]

NOWHERE = "no-address.invalid"
"""Domain of the address of somebody who has none; no mail ever arrives there (RFC 2606)."""
MOST_CHARACTERS = 1_000_000
SOUNDS = ("recordedVoice", "recordedVoiceBinary")
SHARES = ("voice_similarity", "stability", "background_volume")
CHOICES: dict[str, list[str]] = {
    "language": Preferences.Language.values,
    "sex": Preferences.Sex.values,
    "os": Preferences.Platform.values,
}


class NotTaken(Exception):
    """Why a document cannot be brought along."""


@dataclass(frozen=True, kw_only=True)
class Person:
    key: str
    """The old `_id` as a text."""
    username: str
    email: str
    password: str
    """As Django keeps it; empty: none that anybody could know."""
    joined_at: datetime | None = None
    active_at: datetime | None = None
    characters: int = 0
    counted_at: datetime | None = None
    """When the last of these characters was spoken."""
    preferences: Mapping[str, Any] = field(default_factory=dict)
    clone_id: str = ""
    notes: tuple[str, ...] = ()
    """What of the document was left behind."""

    @property
    def claims(self) -> set[str]:
        return {names.key(self.username), names.key(self.email)}


def read(document: Document) -> Person:
    """Raises: NotTaken."""
    notes: list[str] = []
    given_name, email = values.text(document.get("username")), _email(document, notes)
    if not given_name and not email:
        raise NotTaken("neither name nor address")
    username = given_name or email
    email = email or _no_address(document)
    if len(username) > 150 or len(names.key(username)) > 300 or len(names.key(email)) > 600:
        raise NotTaken("name too long")
    last_performed = values.instant(document.get("last_perform_at"))
    joined_at = values.instant(document.get("created_at"))
    return Person(
        key=values.text(document["_id"]),
        username=username,
        email=email,
        password=_password(document, notes),
        joined_at=joined_at,
        active_at=last_performed or values.instant(document.get("updated_at")) or joined_at,
        characters=_characters(document, notes),
        counted_at=last_performed,
        preferences=_preferences(document, notes),
        clone_id=values.text(document.get("voice_clone_id")),
        notes=tuple(notes),
    )


def sounds(document: Document) -> list[bytes]:
    """The recordings that are in the document, each once."""
    found = [values.blob(document.get(name)) for name in SOUNDS]
    return [sound for number, sound in enumerate(found) if sound and sound not in found[:number]]


def _email(document: Document, notes: list[str]) -> str:
    given = values.text(document.get("email"))
    try:
        validate_email(given)
    except ValidationError:
        notes.append("no usable address")
        return ""
    return given


def _no_address(document: Document) -> str:
    return f"{values.text(document['_id'])}@{NOWHERE}"


def _password(document: Document, notes: list[str]) -> str:
    encoded = old_passwords.encoded(values.text(document.get("password")))
    if not encoded:
        notes.append("no usable password: set one with resetpassword")
    return encoded


def _characters(document: Document, notes: list[str]) -> int:
    given = document.get("charCount")
    count = values.number(given)
    if count is not None and 0 <= count <= MOST_CHARACTERS:
        return round(count)
    if given is not None:
        notes.append("charCount makes no sense")
    return 0


def _preferences(document: Document, notes: list[str]) -> dict[str, Any]:
    """Of either shape; what makes no sense is left at its default."""
    given = document.get("settings")
    if not isinstance(given, Mapping):
        return {}
    present = preferences.normalised({name: _numeric(name, value) for name, value in given.items()})
    present["os"] = values.text(present.pop("OS", "")).lower()
    kept: dict[str, Any] = {}
    for name in SHARES:
        if isinstance(share := present.get(name), int | float) and 0 <= share <= 1:
            kept[name] = share
    for name, known in CHOICES.items():
        if present.get(name) in known:
            kept[name] = present[name]
    if (sound := values.flag(present.get("add_background_sound"))) is not None:
        kept["add_background_sound"] = sound
    senseless = [
        name for name in (*SHARES, *CHOICES, "add_background_sound") if present.get(name) and name not in kept
    ]
    notes += [f"setting {name} makes no sense" for name in senseless]
    return kept


def _numeric(name: str, value: Any) -> Any:
    share = preferences.OLDER_NAMES.get(name, name) in SHARES
    found = values.number(value) if share else None
    return value if found is None else found
