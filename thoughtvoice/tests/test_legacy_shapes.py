"""Old documents in every shape → plain values."""

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Binary, ObjectId

from accounts import old_passwords
from thoughtvoice.legacy import clones, codes, people, values
from thoughtvoice.legacy.naming import LONG_AGO, new_id, rivals
from thoughtvoice.legacy.people import NotTaken, Person

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HASH = "$2b$04$abcdefghijklmnopqrstuuFVb0mGmSxAKSTg4PcRUIvEiXzTpnH3C"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (None, ""),
        (" alice ", "alice"),
        (7, "7"),
        (True, ""),
        ({"a": 1}, ""),
        (b"alice", "alice"),
        (ObjectId("0" * 24), "0" * 24),
        ("a\x00l\ud800ice", "alice"),
    ],
)
def test_a_text(given: Any, text: str) -> None:
    assert values.text(given) == text


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (7, 7),
        ("7", 7),
        ("0,5", 0.5),
        (" 0.5 ", 0.5),
        (True, None),
        ("many", None),
        (None, None),
        ("nan", None),
    ],
)
def test_a_number(given: Any, number: float | None) -> None:
    assert values.number(given) == number


@pytest.mark.parametrize(
    ("given", "flag"),
    [
        (True, True),
        ("Yes", True),
        (1, True),
        (1.0, True),
        (0, False),
        ("false", False),
        (None, None),
        ("?", None),
    ],
)
def test_a_flag(given: Any, flag: bool | None) -> None:
    assert values.flag(given) is flag


@pytest.mark.parametrize(
    "given",
    [
        NOON,
        NOON.replace(tzinfo=None),
        "2026-11-20T12:00:00",
        "2026-11-20T12:00:00Z",
        "2026-11-20 13:00:00+01:00",
        NOON.timestamp(),
        str(NOON.timestamp()),
        NOON.timestamp() * 1000,
    ],
)
def test_an_instant(given: Any) -> None:
    assert values.instant(given) == NOON


@pytest.mark.parametrize("given", [None, "", "yesterday", True, 1e300, {}])
def test_no_instant(given: Any) -> None:
    assert values.instant(given) is None


@pytest.mark.parametrize("given", [b"sound", Binary(b"sound"), "c291bmQ=", "data:audio/mpeg;base64,c291bmQ"])
def test_a_sound(given: Any) -> None:
    assert values.blob(given) == b"sound"


@pytest.mark.parametrize("given", [None, 7, "no base64!", {}])
def test_no_sound(given: Any) -> None:
    assert values.blob(given) == b""


def test_two_copies_of_a_recording_are_one() -> None:
    assert people.sounds({"recordedVoice": b"a", "recordedVoiceBinary": b"a"}) == [b"a"]
    assert people.sounds({"recordedVoice": b"a", "recordedVoiceBinary": b"b"}) == [b"a", b"b"]


def read(**fields: Any) -> Person:
    return people.read({"_id": ObjectId("0" * 24), "username": "alice", "email": "a@example.org"} | fields)


@pytest.mark.parametrize("given", [HASH, HASH.encode(), Binary(HASH.encode())])
def test_a_password_is_kept_in_djangos_words(given: Any) -> None:
    assert read(password=given).password == f"bcrypt${HASH}"


@pytest.mark.parametrize("given", [None, "hunter2", HASH[:-1], f"{HASH}x", {"$binary": "…"}])
def test_what_is_no_hash_lets_nobody_in(given: Any) -> None:
    person = read(password=given)
    assert person.password == ""
    assert person.notes == ("no usable password: set one with resetpassword",)


def test_a_long_password_counts_as_far_as_it_did() -> None:
    hasher = old_passwords.OldBcrypt()
    kept = hasher.encode("ñ" * 36, b"$2b$04$abcdefghijklmnopqrstuu")
    assert hasher.verify("ñ" * 36 + "whatever", kept)
    assert not hasher.verify("ñ" * 35, kept)


@pytest.mark.parametrize(
    ("fields", "username", "email"),
    [
        ({}, "alice", "a@example.org"),
        ({"username": None}, "a@example.org", "a@example.org"),
        ({"email": ""}, "alice", f"{'0' * 24}@no-address.invalid"),
        ({"email": "call me"}, "alice", f"{'0' * 24}@no-address.invalid"),
        ({"username": 1984}, "1984", "a@example.org"),
    ],
)
def test_what_somebody_is_called(fields: Any, username: str, email: str) -> None:
    person = read(**fields)
    assert (person.username, person.email) == (username, email)


@pytest.mark.parametrize(
    "fields", [{"username": "", "email": None}, {"username": "x" * 151}, {"username": "ﷺ" * 20}]
)
def test_who_cannot_be_called_anything(fields: Any) -> None:
    with pytest.raises(NotTaken):
        read(**fields)


@pytest.mark.parametrize(
    ("given", "kept", "notes"),
    [
        (None, {}, 0),
        ("{}", {}, 0),
        ({"language": "es"}, {"language": "spanish"}, 0),
        ({"language": "English", "OS": "IOS"}, {"language": "english", "os": "ios"}, 0),
        ({"voice_language": "en", "voice_stability": "45"}, {"language": "english", "stability": 0.45}, 0),
        (
            {"background_sound": "true", "background_volume": 30, "speaker_sex": "m"},
            {"add_background_sound": True, "background_volume": 0.3, "sex": "male"},
            0,
        ),
        ({"voice_similarity": "0,8", "stability": 0.0}, {"voice_similarity": 0.8, "stability": 0.0}, 0),
        ({"language": "klingon", "stability": -3, "background_volume": "loud"}, {}, 3),
        ({"language": ["en"], "sex": {"a": 1}, "add_background_sound": "?"}, {}, 3),
    ],
)
def test_settings_of_either_shape(given: Any, kept: dict[str, Any], notes: int) -> None:
    person = read(settings=given, password=HASH)
    assert person.preferences == kept
    assert len(person.notes) == notes


@pytest.mark.parametrize(
    ("given", "count"), [(120, 120), ("95.0", 95), (None, 0), (-4, 0), ("many", 0), (1e12, 0)]
)
def test_characters(given: Any, count: int) -> None:
    assert read(charCount=given).characters == count


def person(key: str, *claims: str, active: int = 0) -> Person:
    username, email = claims
    return Person(key=key, username=username, email=email, password="", active_at=NOON.replace(minute=active))


def test_of_two_with_one_name_the_last_active_keeps_it() -> None:
    older, newer = person("1", "Alice", "a@x.org"), person("2", "alice", "b@x.org", active=5)
    other = person("3", "bob", "B@X.ORG", active=1)
    assert rivals([older, newer, other], present=()) == {"1": "2", "3": "2"}
    assert rivals([older, newer], present={new_id("users", "1")}) == {"2": "1"}


@pytest.mark.parametrize(
    ("fields", "used", "used_by"),
    [
        ({}, False, ""),
        ({"used": False}, False, ""),
        ({"used": "true", "used_by": 7}, True, "7"),
        ({"used_at": NOON}, True, ""),
        ({"used_for_password_reset": True, "password_reset_by": "alice"}, True, "alice"),
    ],
)
def test_whether_a_code_was_used(fields: Any, used: bool, used_by: str) -> None:
    code = codes.read({"code": " AB234567890 "} | fields)
    assert (code.code, code.used, code.used_by) == ("AB234567890", used, used_by)


@pytest.mark.parametrize("fields", [{}, {"code": ""}, {"code": "A" * 65}])
def test_what_is_no_code(fields: Any) -> None:
    with pytest.raises(NotTaken):
        codes.read(fields)


KNOWN = {"1": "1", "alice": "1", "2": "2"}


@pytest.mark.parametrize(
    ("pool", "owned", "shared", "ownerless"),
    [
        ([{"voice_id": "v", "users": ["1"]}], {"v": "1"}, {}, []),
        ([{"voice_id": "v", "users": ["alice", "1"]}], {"v": "1"}, {}, []),
        ([{"voice_id": "v", "users": ["1", "2"]}], {}, {"v": ["1", "2"]}, []),
        ([{"voice_id": "v", "user_id": "2", "active": True}], {"v": "2"}, {}, []),
        ([{"voice_id": "v", "user_id": "2", "active": False}], {}, {}, []),
        ([{"voice_id": "v", "user_id": "2", "evicted_at": NOON}], {}, {}, []),
        ([{"voice_id": "v", "user_id": "9"}, {"voice_id": "w", "users": []}], {}, {}, ["v", "w"]),
        ([{"voice_id": "v", "users": ["1"]}, {"voice_id": "v", "user_id": "2"}], {}, {"v": ["1", "2"]}, []),
        ([{"users": ["1"]}], {}, {}, []),
    ],
)
def test_whose_clone_it_is(pool: Any, owned: Any, shared: Any, ownerless: Any) -> None:
    found = clones.resolve([], pool, KNOWN)
    assert {one.remote_id: one.owner for one in found.owned} == owned
    assert (found.shared, found.ownerless) == (shared, ownerless)


def test_a_clone_that_two_users_name_is_nobodys() -> None:
    people = [
        Person(key=key, username=key, email=f"{key}@x.org", password="", clone_id=clone)
        for key, clone in (("1", "v"), ("2", "v"), ("3", "w"))
    ]
    found = clones.resolve(people, [], {"1": "1", "2": "2", "3": "3"})
    assert found.shared == {"v": ["1", "2"]}
    assert found.owned == [clones.Owned("w", "3", LONG_AGO)]
