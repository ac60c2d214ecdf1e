"""The database as migrations left it, for tests that no rollback cleans up after.

Those are tests marked `django_db(transaction=True)`, and on MongoDB, which rolls nothing back, all of them.
Django's own way, `flush`, loses what migrations inserted and needs 0.2 s on MongoDB.
"""

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, models, transaction

UNTOUCHED = {ContentType, Permission}  # written by nobody but `migrate`

Rows = dict[type[models.Model], list[models.Model]]


def all_rows() -> Rows:
    tables = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
    return {model: list(model._base_manager.all()) for model in tables if model not in UNTOUCHED}


def restore(rows: Rows) -> None:
    """Make the tables hold these rows and no others. Foreign keys are checked at the end of it."""
    with transaction.atomic():
        for model in rows:
            model._base_manager.all()._raw_delete(DEFAULT_DB_ALIAS)
        for model, kept in rows.items():
            model._base_manager.bulk_create(kept)
