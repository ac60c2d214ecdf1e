"""What members of staff may do: three groups, which every `migrate` makes equal to what stands here.

Whoever needs another mixture makes a group of their own; these three are changed here alone. `support`
answers a performer, `operator` keeps the service running, `admin` does all of it and decides who is staff.
A superuser may do everything without being in any.
"""

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

LOOK = """
    accounts.view_user accounts.view_device accounts.view_charge accounts.view_topup accounts.view_preferences
    accounts.view_activationcode accounts.view_staffaction
    voices.view_sample voices.view_voice voices.view_consent voices.view_speechmodel
    pool.view_slot pool.view_account pool.view_build pool.view_switches pool.view_link
    perform.view_performance perform.view_pack perform.view_routine perform.view_background
    django_q.view_schedule django_q.view_success django_q.view_failure django_q.view_ormq
"""
SUPPORT = """
    accounts.top_up accounts.end_devices accounts.add_activationcode accounts.change_activationcode
    voices.listen voices.switch_cloning perform.hear_performance perform.retry_performance
    pool.warm_voice pool.pin_slot pool.add_link pool.delete_link
"""
OPERATOR = """
    pool.evict_slot pool.pin_slot pool.warm_voice pool.reconcile pool.change_switches
    voices.add_speechmodel voices.change_speechmodel voices.switch_cloning
    perform.change_routine perform.add_background perform.change_background perform.delete_background
    perform.retry_performance django_q.change_schedule
"""
ROLES = {"support": LOOK + SUPPORT, "operator": LOOK + OPERATOR}
NAMES = (*ROLES, "admin")
APPS = ("accounts", "voices", "pool", "perform", "auth", "django_q")
NOBODY = {"add_staffaction", "change_staffaction", "delete_staffaction"}


def ensure(*, apps: Any = None, **_of_the_signal: Any) -> None:
    """Make the groups and their permissions as above: after each `migrate` that went far enough."""
    if apps and not set(APPS) <= set(apps.app_configs):
        return
    for label in APPS:
        create_permissions(installed.get_app_config(label), verbosity=0)
    known = {_dotted(p): p for p in Permission.objects.select_related("content_type")}
    for role, named in ROLES.items():
        _give(role, [known[name] for name in named.split()])
    everything = [p for p in known.values() if p.content_type.app_label in APPS and p.codename not in NOBODY]
    _give("admin", everything)


def _give(role: str, permissions: list[Permission]) -> None:
    Group.objects.get_or_create(name=role)[0].permissions.set(permissions)


def _dotted(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"
