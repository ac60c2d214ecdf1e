"""A database of the old system, as the field has them: every shape there is, and every mess we know of."""

import base64
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import bcrypt
from bson import ObjectId
from pymongo.database import Database

from voices.tests.sounds import encoded, file_of, noise, spoken

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LAST_YEAR = datetime(2025, 12, 24, 20, tzinfo=UTC)
LONGEST = 72
Document = dict[str, Any]
Mess = Callable[[Document, "OldSystem"], None]


@dataclass
class OldSystem:
    """What is put there, and what is to become of it."""

    clones: list[str]
    """Voices that the provider has and that nobody speaks with yet."""
    users: list[Document] = field(default_factory=list)
    codes: list[Document] = field(default_factory=list)
    pool: list[Document] = field(default_factory=list)
    expected: Counter[str] = field(default_factory=Counter)
    signs_in: dict[str, str] = field(default_factory=dict)
    """Name → password of whom it must still let in."""

    def expect(self, *outcomes: str) -> None:
        self.expected.update(outcomes)

    def clone(self) -> str:
        """One that the provider has, or else one that it lost long ago."""
        self.expect("clones/taken" if self.clones else "clones/left")
        return self.clones.pop() if self.clones else f"lost{len(self.users)}"

    def pooled(self, voice_id: str, **fields: Any) -> None:
        entry = {"voice_id": voice_id, "created_at": LAST_YEAR, "last_used_at": NOON, "reuse_count": "3"}
        self.pool.append(entry | fields)


def fill(database: Database[Any], messes: Iterable["Mess"], *, clones: Iterable[str] = ()) -> OldSystem:
    """One user with each mess, and a code for each."""
    old = OldSystem(list(clones))
    for number, mess in enumerate(messes):
        document = plain(number)
        old.users.append(document)
        mess(document, old)
        old.expect("users/left" if mess in LOST else "users/taken")
        if mess not in {*LOST, *LOCKED_OUT}:
            name = document.get("username") or document["email"]
            old.signs_in[str(name)] = password_of(number)
        _add_code(number, document, old)
    _add_odd_codes(old)
    for name, documents in (("users", old.users), ("activation_codes", old.codes), ("voice_pool", old.pool)):
        if documents:
            database[name].insert_many(documents)
    return old


def password_of(number: int) -> str:
    """Now and then longer than bcrypt heeds."""
    return f"rabbit in hat {number}" + "!" * (LONGEST if number % 10 == 0 else 0)


def plain(number: int) -> Document:
    """The shape that most documents have."""
    return {
        "_id": ObjectId(f"{number:024x}"),
        "username": f"performer{number}",
        "email": f"performer{number}@example.org",
        "password": bcrypt.hashpw(password_of(number).encode()[:LONGEST], bcrypt.gensalt(4)),
        "created_at": LAST_YEAR + timedelta(minutes=number),
        "charCount": 120,
        "last_perform_at": NOON + timedelta(minutes=number),
        "settings": {"language": "english", "voice_similarity": 0.8, "stability": 0.4, "sex": "female"},
    }


def as_it_should_be(document: Document, old: OldSystem) -> None:
    pass


def older_settings(document: Document, old: OldSystem) -> None:
    document["settings"] = {
        "voice_language": "es",
        "speaker_sex": "male",
        "voice_stability": "45",
        "voice_similarity": 80,
        "background_volume": "30",
        "background_sound": "true",
        "voice_note_name": "show",
    }


def everything_as_text(document: Document, old: OldSystem) -> None:
    document |= {
        "_id": str(document["_id"]),
        "password": document["password"].decode(),
        "created_at": "2025-12-24T20:00:00",
        "charCount": "95.0",
        "last_perform_at": "1763640000",
        "settings": {"voice_similarity": "0,8", "stability": "0.4", "add_background_sound": "yes"},
    }


def senseless_settings(document: Document, old: OldSystem) -> None:
    document |= {"settings": {"language": "klingon", "stability": -3, "OS": 7}, "charCount": "many"}


def settings_missing(document: Document, old: OldSystem) -> None:
    for name in ("settings", "charCount", "last_perform_at", "created_at"):
        del document[name]


def no_address(document: Document, old: OldSystem) -> None:
    document["email"] = None


def an_address_that_is_none(document: Document, old: OldSystem) -> None:
    document["email"] = "call me"


def no_name(document: Document, old: OldSystem) -> None:
    del document["username"]


def neither(document: Document, old: OldSystem) -> None:
    document |= {"username": " ", "email": ""}


def address_of_somebody_else_in_another_case(document: Document, old: OldSystem) -> None:
    document |= {"email": old.users[0]["email"].upper(), "last_perform_at": LAST_YEAR}


def name_that_is_somebodys_address(document: Document, old: OldSystem) -> None:
    document |= {"username": old.users[0]["email"], "last_perform_at": LAST_YEAR}


def no_password(document: Document, old: OldSystem) -> None:
    del document["password"]


def a_plain_password(document: Document, old: OldSystem) -> None:
    document["password"] = "hunter2"


def a_recording(document: Document, old: OldSystem) -> None:
    document |= {"recordedVoice": file_of("m4a", seconds=40), "recordedVoiceMime": "audio/mp4"}
    old.expect("recordings/taken")


def a_recording_as_text(document: Document, old: OldSystem) -> None:
    sound = file_of("mp3", name="es_f_allison_1", seconds=40)
    document |= {"recordedVoice": base64.b64encode(sound).decode(), "settings": {"language": "ES"}}
    old.expect("recordings/taken")


def a_broken_recording(document: Document, old: OldSystem) -> None:
    document["recordedVoiceBinary"] = file_of("mp3", seconds=40)[:20_000]
    old.expect("recordings/left")


def no_recording_at_all(document: Document, old: OldSystem) -> None:
    document |= {"recordedVoice": b"<html>502 Bad Gateway</html>", "recordedVoiceBinary": None}
    old.expect("recordings/left")


def a_noise(document: Document, old: OldSystem) -> None:
    document["recordedVoiceBinary"] = encoded(noise(spoken(seconds=31)) * 0.1, "mp3")
    old.expect("recordings/left")


def a_clone_of_their_own(document: Document, old: OldSystem) -> None:
    a_recording(document, old)
    document["voice_clone_id"] = old.clone()


def a_clone_in_the_older_pool(document: Document, old: OldSystem) -> None:
    a_recording(document, old)
    old.pooled(old.clone(), users=[str(document["_id"])], sample_hash="0" * 64, bytes_len=1)


def a_clone_in_the_newer_pool(document: Document, old: OldSystem) -> None:
    a_recording(document, old)
    document["voice_clone_id"] = old.clone()
    old.pooled(document["voice_clone_id"], user_id=document["_id"], active=True, evicted_at=None)
    old.pooled("evicted", user_id=document["_id"], active=False, evicted_at=NOON)


def a_clone_that_others_speak_with(document: Document, old: OldSystem) -> None:
    document["voice_clone_id"] = f"shared{len(old.users)}"
    others = [document["_id"], old.users[0]["_id"]]
    old.pooled(document["voice_clone_id"], users=others, sample_hash="1" * 64)
    old.expect("clones/left")


def a_clone_of_nobody(document: Document, old: OldSystem) -> None:
    old.pooled(f"orphan{len(old.users)}", user_id=ObjectId())
    old.expect("clones/left")


def a_clone_without_a_recording(document: Document, old: OldSystem) -> None:
    document["voice_clone_id"] = f"kept{len(old.users)}"
    old.expect("clones/left")


SILENT: list[Mess] = [
    as_it_should_be,
    older_settings,
    everything_as_text,
    senseless_settings,
    settings_missing,
    no_address,
    an_address_that_is_none,
    no_name,
    neither,
    address_of_somebody_else_in_another_case,
    name_that_is_somebodys_address,
    no_password,
    a_plain_password,
    a_clone_that_others_speak_with,
    a_clone_of_nobody,
    a_clone_without_a_recording,
    *[as_it_should_be] * 6,
]
WITH_SOUND: list[Mess] = [
    a_recording,
    a_recording_as_text,
    a_broken_recording,
    no_recording_at_all,
    a_noise,
    a_clone_of_their_own,
    a_clone_in_the_older_pool,
    a_clone_in_the_newer_pool,
]
LOST = {neither, address_of_somebody_else_in_another_case, name_that_is_somebodys_address}
LOCKED_OUT = {no_password, a_plain_password}


def _add_code(number: int, document: Document, old: OldSystem) -> None:
    """One for everybody, used by them: by id, by name, by a text that says so."""
    code: Document = {"code": f"OLD{number:08d}", "used": True, "used_at": LAST_YEAR}
    match number % 4:
        case 0:
            code["used_by"] = document["_id"]
        case 1:
            code |= {"used": "true", "used_by": document.get("username")}
        case 2:
            code |= {"used_by": document.get("email"), "used_for_password_reset": True}
            code |= {"password_reset_at": NOON, "password_reset_by": document["_id"]}
        case _:
            code = {"code": f"OLD{number:08d}", "used": False}
    old.codes.append(code)
    old.expect("codes/taken")


def _add_odd_codes(old: OldSystem) -> None:
    old.codes += [
        {"code": "ORPHANED234", "used": 1, "used_by": ObjectId()},
        {"code": "FREE2345678"},
        {"code": "FREE2345678", "used": False},
        {"used": True},
    ]
    old.expect("codes/taken", "codes/taken", "codes/there", "codes/left")
