"""What `make test` leaves out."""

from collections import defaultdict

import pytest
from django.conf import settings

from thoughtvoice.tests import quick


def test_whatever_is_said_to_take_long_is_there() -> None:
    functions = defaultdict(set)
    for test in quick.take_long():
        path, _, name = test.partition("::")
        functions[path].add(name.rpartition("::")[2])
    for path, names in functions.items():
        source = (settings.BASE_DIR / path).read_text()
        assert {name for name in names if f"def {name}(" not in source} == set(), path


@pytest.mark.parametrize(
    ("seconds", "left_out"),
    [
        ({"a.py::quick": 0.01, "a.py::long": 0.2}, {"a.py::long"}),
        ({"a.py::long": 0.1, "a.py::longer": 0.2}, {"a.py::longer"}),
        ({"a.py::long": 0.1, "a.py::far_too_long": 9.0}, {"a.py::long", "a.py::far_too_long"}),
        ({"a.py::long": 0.1, "b.py::quick": 0.01}, set()),
    ],
)
def test_of_a_file_the_quickest_stays_unless_it_has_one_that_takes_far_too_long(
    seconds: dict[str, float], left_out: set[str]
) -> None:
    assert quick.slow(seconds) == left_out


def test_the_main_job_stays_however_long_it_takes() -> None:
    assert quick.slow({quick.MAIN_JOB: 9.0}) == set()
    assert quick.MAIN_JOB not in quick.take_long()
    path, _, name = quick.MAIN_JOB.partition("::")
    assert f"def {name}(" in (settings.BASE_DIR / path).read_text()
