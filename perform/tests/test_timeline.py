from perform.timeline import bars

TIMINGS = {"reserve": 10, "writer": 500, "voice": 40, "speech": 300, "first_audio": 820, "total": 2000}


def test_steps_stand_where_they_ran() -> None:
    assert [(bar.step, bar.took, bar.x, bar.width) for bar in bars(TIMINGS)] == [
        ("reserve", 10, 0, 5),
        ("writer", 500, 0, 250),
        ("voice", 40, 5, 20),
        ("speech", 300, 260, 150),
        ("rest", 1180, 410, 590),
    ]


def test_one_that_failed_early_has_only_what_was_reached() -> None:
    assert [bar.step for bar in bars({"reserve": 4, "voice": 9_000, "total": 9_004})] == ["reserve", "voice"]


def test_one_that_still_runs_has_no_picture() -> None:
    assert bars({}) == []
    assert bars({"reserve": 4.0}) == []


def test_nothing_reaches_beyond_the_whole() -> None:
    late = bars({"reserve": 4, "writer": 9_999, "first_audio": 10, "speech": 50, "total": 3_000})
    assert all(bar.x >= 0 and bar.x + bar.width <= 1000 for bar in late)
