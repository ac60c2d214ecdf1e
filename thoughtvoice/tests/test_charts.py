from thoughtvoice.charts import HEIGHT, WIDTH, bars, lines


def test_columns_are_stacked_and_the_highest_fills_the_box() -> None:
    chart = bars(["Mon", "Tue"], [("good", "done", [3, 1]), ("bad", "failed", [1, 0])])
    assert (chart.first, chart.last, chart.most) == ("Mon", "Tue", 4)
    done, failed, tuesday = chart.boxes
    assert (failed.y, failed.height, done.y) == (0, HEIGHT / 4, HEIGHT / 4)
    assert (tuesday.height, tuesday.told) == (HEIGHT / 4, "Tue, done 1, failed 0")
    assert tuesday.x > WIDTH / 2


def test_days_without_anything_are_empty_columns() -> None:
    assert bars(["Mon"], [("good", "done", [0])]).boxes == []


def test_a_line_leaves_out_what_is_not_known() -> None:
    chart = lines(["Mon", "Tue", "Wed"], [("half", "half", [500, None, 250])])
    [line] = chart.lines
    assert line.points == f"50.0,0.0 250.0,{HEIGHT / 2}"
    assert [box.told for box in chart.boxes] == ["Mon, half 500", "Wed, half 250"]


def test_every_series_has_its_name_in_the_key() -> None:
    assert bars(["Mon"], [("good", "done", [1]), ("bad", "failed", [1])]).key == [
        ("good", "done"),
        ("bad", "failed"),
    ]
