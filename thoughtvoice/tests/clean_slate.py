"""The database as migrations left it, for tests that no rollback cleans up after.

Those are tests marked `django_db(transaction=True)`, and on MongoDB, which rolls nothing back, all of them.
Django's own way, `flush`, loses what migrations inserted and needs 0.2 s on MongoDB.
"""

import hashlib
from collections.abc import Collection

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connection, models, transaction

UNTOUCHED = {ContentType, Permission}  # written by nobody but `migrate`

EMPTY = hashlib.md5(usedforsecurity=False).hexdigest()
"""What MongoDB says of a collection without documents."""

Model = type[models.Model]


def tables() -> list[Model]:
    everything = apps.get_models(include_auto_created=True)
    return [model for model in everything if not model._meta.proxy and model not in UNTOUCHED]


class CleanSlate:
    """The rows of all tables as they are now."""

    def __init__(self) -> None:
        self._rows = {model: list(model._base_manager.all()) for model in tables()}
        self._hashes: dict[Model, str] = {}
        """Of tables that hold rows, taken anew when they were restored, since an `auto_now` says when. Of all others
        it is EMPTY: what a late thread writes meanwhile must not pass for clean."""

    def restore(self) -> None:
        """Make the tables hold these rows and no others. Foreign keys are checked at the end of it."""
        changed = self._changed()
        with transaction.atomic():
            for model in changed:
                model._base_manager.all()._raw_delete(DEFAULT_DB_ALIAS)
            for model in changed:
                model._base_manager.bulk_create(self._rows[model])
        self._hashes |= hashes([model for model in changed if self._rows[model]])

    def _changed(self) -> list[Model]:
        """All of them, where the database cannot tell."""
        now = hashes(self._rows)
        return [model for model in self._rows if model not in now or now[model] != self._clean(model)]

    def _clean(self, model: Model) -> str | None:
        return self._hashes.get(model) if self._rows[model] else EMPTY


def hashes(of: Collection[Model]) -> dict[Model, str]:
    """Of what each table holds, where the database is MongoDB; else none."""
    if not settings.ON_MONGODB or not of:
        return {}
    collections = [model._meta.db_table for model in of]
    found = connection.database.command("dbHash", collections=collections)  # type: ignore[attr-defined]
    return {model: found["collections"][model._meta.db_table] for model in of}
