import pytest

from accounts import preferences
from accounts.models import Preferences, User
from conftest import App
from thoughtvoice.tests.test_errors import the_problem

DEFAULTS = {
    "language": "english",
    "voice_similarity": 0.75,
    "stability": 0.5,
    "style": 0.0,
    "add_background_sound": False,
    "background_volume": 0.3,
    "sex": "female",
    "OS": "android",
}


@pytest.fixture(params=["/user/settings", "/users/me/settings", "/users/{id}/settings"])
def address(request: pytest.FixtureRequest, alice: User) -> str:
    return request.param.format(id=alice.pk)


def test_whoever_never_chose_has_the_defaults(as_alice: App, address: str) -> None:
    assert as_alice.get(address).json() == DEFAULTS


def test_what_is_put_is_kept(as_alice: App, address: str) -> None:
    wanted = {
        "language": "spanish",
        "voice_similarity": 1.0,
        "stability": 0.0,
        "style": 0.25,
        "add_background_sound": True,
        "background_volume": 0.1,
        "sex": "male",
        "OS": "ios",
    }
    assert as_alice.put(address, wanted, content_type="application/json").json() == wanted
    assert as_alice.get(address).json() == wanted


def test_a_patch_changes_what_it_names(as_alice: App) -> None:
    assert as_alice.patch_json("/user/settings", {"style": 1}).json() == {**DEFAULTS, "style": 1.0}
    assert as_alice.patch_json("/user/settings", {}).json() == {**DEFAULTS, "style": 1.0}


def test_two_patches_at_once_both_last(alice: User) -> None:
    first, second = preferences.of(alice), preferences.of(alice)
    preferences.write(first, {"language": "spanish"})
    preferences.write(second, {"stability": 0.1})
    row = Preferences.objects.get()
    assert (row.language, row.stability) == ("spanish", 0.1)


@pytest.mark.parametrize(
    ("older", "present"),
    [
        ({"voice_language": "es"}, {"language": "spanish"}),
        ({"voice_language": "EN"}, {"language": "english"}),
        ({"language": "es"}, {"language": "spanish"}),
        ({"speaker_sex": "m"}, {"sex": "male"}),
        ({"speaker_sex": "male"}, {"sex": "male"}),
        ({"voice_stability": 80}, {"stability": 0.8}),
        ({"voice_stability": 1}, {"stability": 0.01}),
        ({"voice_stability": 0.5}, {"stability": 0.5}),
        ({"voice_stability": 45.5}, {"stability": 0.455}),
        ({"voice_similarity": 90}, {"voice_similarity": 0.9}),
        ({"voice_similarity": 1}, {"voice_similarity": 1.0}),
        ({"voice_stability": 20, "voice_similarity": 1}, {"stability": 0.2, "voice_similarity": 0.01}),
        (
            {"background_sound": True, "background_volume": 0.25},
            {"add_background_sound": True, "background_volume": 0.25},
        ),
        (
            {"background_sound": True, "background_volume": 25},
            {"add_background_sound": True, "background_volume": 0.25},
        ),
    ],
)
def test_older_names_and_scales_mean_the_same(as_alice: App, older: dict, present: dict) -> None:
    assert as_alice.patch_json("/user/settings", older).json() == {**DEFAULTS, **present}


def test_an_old_row_is_put_right_when_it_is_read(alice: User, as_alice: App) -> None:
    Preferences.objects.create(
        user=alice, language="es", sex="m", voice_similarity=90, stability=40, background_volume=100
    )
    right = {
        "language": "spanish",
        "sex": "male",
        "voice_similarity": 0.9,
        "stability": 0.4,
        "background_volume": 1.0,
    }
    assert as_alice.get("/user/settings").json() == {**DEFAULTS, **right}
    row = Preferences.objects.get()
    assert {name: getattr(row, name) for name in right} == right
    assert row.iso == "es"


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"style": 1.01}, "style"),
        ({"stability": -0.1}, "stability"),
        ({"stability": 50}, "stability"),
        ({"voice_similarity": 101}, "voice_similarity"),
        ({"voice_similarity": 1.5}, "voice_similarity"),
        ({"background_volume": "loud"}, "background_volume"),
        ({"style": True}, "style"),
        ({"style": "nan"}, "style"),
        ({"style": None}, "style"),
        ({"language": "german"}, "language"),
        ({"language": ["english"]}, "language"),
        ({"sex": 1}, "sex"),
        ({"OS": "symbian"}, "OS"),
        ({"add_background_sound": "perhaps"}, "add_background_sound"),
        ({"os": "ios"}, "os"),
        ({"volume": 1, "style": 0.5}, "volume"),
    ],
)
def test_what_cannot_be_is_refused_by_name(as_alice: App, given: dict, refused: str) -> None:
    body = the_problem(as_alice.patch_json("/user/settings", given), 400, "invalid")
    assert set(body["errors"]) == {refused}
    assert as_alice.get("/user/settings").json() == DEFAULTS


def test_somebody_elses_settings_do_not_exist(as_alice: App, bob: User, alice: User) -> None:
    for stranger in (str(bob.pk), "nobody", str(alice.pk).upper() + "0"):
        for method in (as_alice.get, as_alice.put, as_alice.patch):
            the_problem(method(f"/users/{stranger}/settings"), 404, "not_found")
