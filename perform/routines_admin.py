"""What can be performed, as staff write it for the writer and the app."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.staff import StaffAdmin
from perform.models import Routine


@admin.register(Routine)
class RoutineAdmin(StaffAdmin):
    list_display = ["name_en", "name_es", "key", "how_many_values", "enabled", "position"]
    list_editable = ["enabled", "position"]
    list_filter = ["enabled"]
    search_fields = ["key", "name_en", "name_es"]
    fieldsets = [
        (None, {"fields": ["key", ("enabled", "position"), ("name_en", "name_es")]}),
        (_("For the writer"), {"fields": ["guidance_en", "guidance_es"]}),
        (_("What a value is"), {"fields": ["value_hint_en", "value_hint_es", "value_pattern"]}),
        (_("Examples and values"), {"fields": ["examples_en", "examples_es", "values_en", "values_es"]}),
    ]

    @admin.display(description=_("values"))
    def how_many_values(self, routine: Routine) -> Any:
        return len(routine.values_en) or _("any")
