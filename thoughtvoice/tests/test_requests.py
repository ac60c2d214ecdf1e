import pytest

from conftest import App


def test_a_request_id_is_made_where_none_is_given(as_stranger: App) -> None:
    first, second = as_stranger.get("/health"), as_stranger.get("/health")
    assert len(first["X-Request-ID"]) == 32
    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_a_given_request_id_comes_back(as_stranger: App) -> None:
    answer = as_stranger.get("/health", headers={"X-Request-ID": "phone-1234.5"})
    assert answer["X-Request-ID"] == "phone-1234.5"


@pytest.mark.parametrize("given", ["short", "with space", "a" * 65, "newline\n12345678"])
def test_a_request_id_that_could_break_a_log_is_replaced(as_stranger: App, given: str) -> None:
    assert as_stranger.get("/health", headers={"X-Request-ID": given})["X-Request-ID"] != given


def test_every_answer_tells_its_time(as_alice: App) -> None:
    assert as_alice.get("/nowhere")["Server-Timing"].startswith("app;dur=")


def test_the_log_line_names_request_and_user(as_alice: App, alice, caplog) -> None:
    caplog.set_level("INFO", "thoughtvoice.requests")
    answer = as_alice.get("/user/me")
    [record] = [r for r in caplog.records if r.name == "thoughtvoice.requests"]
    assert (record.route, record.status) == ("user/me", 200)
    assert answer.status_code == 200
