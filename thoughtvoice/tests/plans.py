"""How the database found what the product asked it for: of each query, the tables that it read from end to end."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

MOST_EXAMINED = 100
"""Documents, by one query on MongoDB: less than there are in any table that a test has filled."""


def read_in_full(act: Callable[[], Any]) -> set[str]:
    """Tables of which some query of this act read every row."""
    return set(_mongodb(act) if connection.vendor == "mongodb" else _sql(act))


def _mongodb(act: Callable[[], Any]) -> Iterator[str]:
    database = connection.database  # type: ignore[attr-defined]
    database.command("profile", 0)
    database.drop_collection("system.profile")
    database.command("profile", 2)
    try:
        act()
    finally:
        database.command("profile", 0)
    for found in list(database["system.profile"].find()):
        if "COLLSCAN" in found.get("planSummary", "") or found.get("docsExamined", 0) > MOST_EXAMINED:
            yield found["ns"].partition(".")[2]


def _sql(act: Callable[[], Any]) -> Iterator[str]:
    with CaptureQueriesContext(connection) as captured:
        act()
    asked = [query["sql"] for query in captured.captured_queries]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SET enable_seqscan = off"
            )  # else it would read small tables in full, and rightly so
        for sql in asked:
            if sql.startswith(("SELECT", "UPDATE", "DELETE")):
                yield from _plan(cursor, sql)


def _plan(cursor: Any, sql: str) -> Iterator[str]:
    if connection.vendor == "postgresql":
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        told = cursor.fetchone()[0]
        yield from _scans((json.loads(told) if isinstance(told, str) else told)[0]["Plan"])
        return
    cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
    for *_, step in cursor.fetchall():
        if step.startswith("SCAN "):
            yield step.split()[1]


def _scans(node: dict[str, Any]) -> Iterator[str]:
    by_index = node["Node Type"] in {"Index Scan", "Index Only Scan"}
    if node["Node Type"] == "Seq Scan" or (by_index and "Index Cond" not in node):
        yield node["Relation Name"]
    for inner in node.get("Plans", []):
        yield from _scans(inner)
