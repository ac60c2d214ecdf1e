"""MongoDB's own compiler, but with sorts that an index can do.

Before a sort it sets each column to itself. MongoDB's planner takes that for a new value and sorts all rows in
memory, though an index has them in order: the newest of a million performances took seconds.
"""

from typing import Any

from django_mongodb_backend.compiler import (
    SQLAggregateCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django_mongodb_backend.compiler import SQLCompiler as BackendCompiler

__all__ = [
    "SQLAggregateCompiler",
    "SQLCompiler",
    "SQLDeleteCompiler",
    "SQLInsertCompiler",
    "SQLUpdateCompiler",
]


class SQLCompiler(BackendCompiler):
    def build_query(self, columns: Any = None) -> Any:
        query = super().build_query(columns)
        computed = query.extra_fields or {}
        query.extra_fields = {name: value for name, value in computed.items() if value != f"${name}"}
        return query
