import pytest

from conftest import App
from voices import agreement


@pytest.mark.parametrize(
    ("asked", "begins"), [("es-MX", "Esta es mi propia voz."), ("en", "This is my own voice.")]
)
def test_the_wording_is_given_in_the_callers_language(as_stranger: App, asked: str, begins: str) -> None:
    told = as_stranger.get("/consent", headers={"Accept-Language": asked}).json()
    assert told["version"] == agreement.VERSION
    assert told["text"].startswith(begins)


@pytest.mark.parametrize("texts", agreement.TEXTS.values())
def test_every_version_stands_in_both_languages(texts: dict[str, str]) -> None:
    assert set(texts) == {"en", "es"}
