"""How a performer wants to be spoken, under its present names and under the older ones."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Preferences, User

OLDER_NAMES = {
    "voice_language": "language",
    "speaker_sex": "sex",
    "voice_stability": "stability",
    "background_sound": "add_background_sound",
}
LANGUAGES = {"en": "english", "es": "spanish"}
SEXES = {"f": "female", "m": "male", "woman": "female", "man": "male"}
PERCENT = {"voice_similarity", "voice_stability", "background_volume"}
STORED = ("language", "sex", "voice_similarity", "stability", "background_volume")


def of(user: User, *, begun_in: str = Preferences.Language.ENGLISH) -> Preferences:
    """Theirs, as they came with the user if they did, or the defaults; a row that came from the old system is
    put right when it is first read."""
    row: Preferences | None = getattr(user, "preferences", None)
    if row is None:
        row, _ = Preferences.objects.get_or_create(user=user, defaults={"language": begun_in})
    stored = {name: getattr(row, name) for name in STORED}
    if (present := {**normalised(stored), "stability": _share(row.stability, older=False)}) != stored:
        return write(row, present)
    return row


def language_of(user: User) -> str:
    """`en`, `es`, or nothing where none was ever set. Reads no database if the user came with their settings."""
    row: Preferences | None = getattr(user, "preferences", None)
    return row.iso if row else ""


def write(row: Preferences, given: Mapping[str, Any]) -> Preferences:
    """Only what is given is written: what another request changes meanwhile stays changed."""
    if given:
        Preferences.objects.filter(pk=row.pk).update(**given)
        row.refresh_from_db()
    return row


def normalised(given: Mapping[str, Any]) -> dict[str, Any]:
    """Older names become the present ones, and 0–100 becomes 0–1 where that is what is meant: beside an
    older name, or because the number is whole and above 1."""
    older = any(name in given for name in OLDER_NAMES)
    result = {
        OLDER_NAMES.get(name, name): _share(value, older=older) if name in PERCENT else value
        for name, value in given.items()
    }
    if isinstance(language := result.get("language"), str):
        result["language"] = LANGUAGES.get(language.lower(), language.lower())
    if isinstance(sex := result.get("sex"), str):
        result["sex"] = SEXES.get(sex.lower(), sex.lower())
    return result


def _share(value: Any, *, older: bool) -> Any:
    """A fraction below 1 is a share on either scale: nobody asks for half a percent."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    meant_in_percent = value >= 1 if older else value > 1 and value % 1 == 0
    return value / 100 if meant_in_percent else value
