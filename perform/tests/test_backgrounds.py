"""Which sounds may lie under a performance."""

from accounts.models import User
from conftest import App
from perform.models import Background


def offered(app: App) -> list[dict[str, str]]:
    return app.get("/backgrounds").json()


def test_the_sounds_that_there_are_are_told_with_the_first_as_the_default(as_alice: App) -> None:
    assert offered(as_alice) == [
        {"background": "fan", "name": "Fan"},
        {"background": "rain", "name": "Rain"},
        {"background": "room", "name": "Quiet hall"},
    ]


def test_they_are_named_in_the_callers_language(as_alice: App) -> None:
    as_alice.patch_json("/user/settings", {"language": "spanish"})
    assert [sound["name"] for sound in offered(as_alice)] == ["Ventilador", "Lluvia", "Sala tranquila"]


def test_what_staff_take_away_is_neither_offered_nor_played(as_alice: App) -> None:
    Background.objects.filter(key="rain").update(enabled=False)
    assert [sound["background"] for sound in offered(as_alice)] == ["fan", "room"]
    wish = {"routine_type": "numbers", "value": "7", "settings_override": {"background": "rain"}}
    refused = as_alice.post_json("/perform", wish).json()
    assert (refused["code"], refused["backgrounds"]) == ("unknown_background", ["fan", "room"])


def test_each_that_is_offered_is_played(as_alice: App, alice: User) -> None:
    for sound in offered(as_alice):
        override = {"background": sound["background"], "background_volume": 0.5}
        wish = {"routine_type": "numbers", "value": "7", "settings_override": override}
        assert as_alice.post_json("/perform", wish).status_code == 200, sound


def test_a_stranger_is_told_none(as_stranger: App) -> None:
    assert as_stranger.get("/backgrounds").status_code == 401
