"""What is performed says its own language, and a refusal the performer's."""

import pytest

from accounts.models import Preferences, User
from conftest import App
from perform.tests.stage import press

IN_SPANISH = {"language": "spanish"}


@pytest.mark.django_db(transaction=True)  # a stream is kept by a thread of its own
def test_a_performance_says_in_which_language_it_speaks(as_alice: App) -> None:
    for mp3 in (True, False):
        answer = press(as_alice, mp3=mp3, settings_override=IN_SPANISH)
        assert answer.headers["Content-Language"] == "es"
        kept = answer.headers["X-Performance-ID"]
        assert answer.getvalue()
    for path in (f"/performances/{kept}", f"/performances/{kept}/audio"):
        again = as_alice.get(path)
        assert (again.status_code, again.headers["Content-Language"]) == (200, "es"), path


def test_a_thought_says_it_too(as_alice: App) -> None:
    wish = {"routine_type": "cards", "value": "QH", "settings_override": IN_SPANISH}
    assert as_alice.post_json("/generate-thought", wish).headers["Content-Language"] == "es"


def test_a_value_is_refused_in_the_accounts_language(as_alice: App, alice: User) -> None:
    wrong = press(as_alice, value="xyz", settings_override=IN_SPANISH)
    assert wrong.json()["title"] == "The value cannot be performed"
    assert wrong.json()["detail"].startswith("A playing card")
    Preferences.objects.filter(user=alice).update(language="spanish")
    wrong = press(as_alice, value="xyz")
    assert wrong.json()["title"] == "Ese valor no se puede interpretar"
    assert wrong.json()["errors"]["value"][0].startswith("Una carta")


def test_the_green_room_says_why_not_in_the_accounts_language(as_alice: App, alice: User) -> None:
    Preferences.objects.create(user=alice, language="spanish")
    [reason] = as_alice.post_json("/user/voice/warm", {}).json()["reasons"]
    assert reason == {"code": "voice_required", "detail": "Graba primero tu voz."}


def test_an_archive_says_nothing_of_languages(as_alice: App) -> None:
    answer = as_alice.get("/user/export")
    assert b"".join(answer.streaming_content)
    assert "Content-Language" not in answer.headers
