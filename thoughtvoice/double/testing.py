"""The double as pytest fixtures: import both names in a conftest.py."""

from collections.abc import Iterator

import pytest

from thoughtvoice.double import Double


@pytest.fixture(scope="session")
def running_double() -> Iterator[Double]:
    with Double() as running:
        yield running


@pytest.fixture
def double(running_double: Double) -> Double:
    """An empty account and no faults, on a server that the whole session shares."""
    running_double.reset()
    return running_double
