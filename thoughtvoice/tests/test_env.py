import pytest
from django.core.exceptions import ImproperlyConfigured

from thoughtvoice import env


@pytest.mark.parametrize(
    ("given", "meant"), [("true", True), ("ON", True), ("1", True), ("no", False), ("0", False), (" ", True)]
)
def test_a_flag_is_read(monkeypatch: pytest.MonkeyPatch, given: str, meant: bool) -> None:
    monkeypatch.setenv("SWITCH", given)
    assert env.flag("SWITCH", default=True) is meant


def test_a_flag_that_is_neither_is_refused_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCH", "perhaps")
    with pytest.raises(ImproperlyConfigured, match=r"SWITCH is neither true nor false\. Write true or false"):
        env.flag("SWITCH", default=True)


@pytest.mark.parametrize("given", ["ten", "1.5", "-1", "101"])
def test_a_number_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PLACES", given)
    with pytest.raises(ImproperlyConfigured, match="PLACES is"):
        env.integer("PLACES", 10, most=100)


@pytest.mark.parametrize("given", ["nan", "inf", "-0.1", "soon"])
def test_a_decimal_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SECONDS", given)
    with pytest.raises(ImproperlyConfigured, match="SECONDS is"):
        env.decimal("SECONDS", 12, most=60)


def test_a_choice_outside_the_list_is_refused_with_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATEGY", "random")
    with pytest.raises(ImproperlyConfigured, match="Choose among lru, ttl"):
        env.choice("STRATEGY", "lru", among=["lru", "ttl"])


def test_a_list_is_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTS", " a.example , ,b.example")
    assert env.listing("HOSTS") == ["a.example", "b.example"]


def test_a_secret_is_never_shown_when_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "hunter2")
    with pytest.raises(ImproperlyConfigured) as refused:
        env.secret("KEY")
    assert "shorter than 32" in str(refused.value)
    assert "hunter2" not in str(refused.value)
