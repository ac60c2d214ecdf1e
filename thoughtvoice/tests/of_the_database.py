"""`pytest --of-the-database` leaves out the tests that no other database could make end otherwise."""

import pytest

FIXTURES = {"db", "transactional_db"}
NAMED = "test_engines_"
"""Begins the files whose tests see to databases of their own."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--of-the-database", action="store_true", help="only tests that use the database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.of_the_database:
        config.hook.pytest_deselected(items=[item for item in items if not uses_it(item)])
        items[:] = filter(uses_it, items)


def uses_it(item: pytest.Item) -> bool:
    asks = FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return bool(asks) or item.get_closest_marker("django_db") is not None or item.path.name.startswith(NAMED)
