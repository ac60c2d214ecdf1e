"""What stands in our models is English; shown to somebody who reads Spanish it is looked up like everything else."""

from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy

OURS = ("accounts", "voices", "pool", "perform")


def look_up() -> None:
    """Names, explanations and choices of all our models: one place instead of a mark at each of them."""
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            meta: Any = model._meta
            meta.verbose_name = gettext_lazy(meta.verbose_name)
            meta.verbose_name_plural = gettext_lazy(meta.verbose_name_plural)
            for field in meta.fields:
                _look_up_of(field)


def _look_up_of(field: Any) -> None:
    field.verbose_name = gettext_lazy(field.verbose_name)
    if field.help_text:
        field.help_text = gettext_lazy(field.help_text)
    if field.choices:
        field.choices = [(value, gettext_lazy(label)) for value, label in field.flatchoices]
