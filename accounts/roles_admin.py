"""The roles, as they stand in roles.py; further groups are staff's own."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts import roles
from accounts.staff import StaffAdmin

admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(GroupAdmin, StaffAdmin):
    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return not _ours(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return not _ours(obj) and super().has_delete_permission(request, obj)


def _ours(group: Any) -> bool:
    return group is not None and group.name in roles.NAMES
