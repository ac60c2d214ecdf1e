"""MongoDB's own backend, but with unique indexes that also find rows, and sorts by index (compiler.py).

It makes every unique index for those documents only in which the column has its `$type`, so that many may be
null. MongoDB's planner then uses the index for no query at all: finding a user by id or by name reads every
user (docs/adr/0006).
"""

from typing import Any

from django.db.models import Index, Model
from django_mongodb_backend.base import DatabaseWrapper as Backend
from django_mongodb_backend.operations import DatabaseOperations
from django_mongodb_backend.schema import DatabaseSchemaEditor
from pymongo.operations import IndexModel

LEAST = {"string": ""}
"""What no value of a type is below: `$gte` of it says as much as `$type`, and the planner understands it."""


class SchemaEditor(DatabaseSchemaEditor):
    def add_index(
        self, model: type[Model], index: Index, *, field: Any = None, unique: bool = False, **options: Any
    ) -> None:
        super().add_index(
            model, _Usable.of(index) if unique else index, field=field, unique=unique, **options
        )


class _Usable(Index):
    """An index whose condition is no narrower than it must be."""

    @classmethod
    def of(cls, index: Index) -> "_Usable":
        return cls(fields=index.fields, name=index.name, condition=index.condition)

    def get_pymongo_index_model(
        self, model: type[Model], schema_editor: Any, field: Any = None, unique: bool = False, **options: Any
    ) -> IndexModel:
        made = super().get_pymongo_index_model(  # type: ignore[misc]  # the backend puts it on Index
            model, schema_editor, field=field, unique=unique, **options
        )
        document = dict(made.document)
        fields = [field] if field else [model._meta.get_field(name) for name, _ in self.fields_orders]
        conditions = document.pop("partialFilterExpression")
        kept = {
            column: wider
            for column, condition in conditions.items()
            if (wider := _wider(column, condition, fields))
        }
        if kept:
            document["partialFilterExpression"] = kept
        return IndexModel(list(document.pop("key").items()), **document)


def _wider(column: str, condition: dict[str, Any], fields: list[Any]) -> dict[str, Any]:
    """Without `$type`: columns that are never null need none, and of the others the least value says it."""
    others = {operator: value for operator, value in condition.items() if operator != "$type"}
    kind = condition.get("$type")
    may_be_null = any(field.null for field in fields if column.endswith(str(field.column)))
    if kind is None or not may_be_null:
        return others
    return others | ({"$gte": LEAST[kind]} if kind in LEAST else {"$type": kind})


class Operations(DatabaseOperations):
    compiler_module = "thoughtvoice.mongo.compiler"


class DatabaseWrapper(Backend):
    SchemaEditorClass = SchemaEditor
    ops_class = Operations
