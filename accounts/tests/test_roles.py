import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts import roles
from accounts.tests.roles import office_of

pytestmark = pytest.mark.django_db


def permissions(role: str) -> set[str]:
    held = Group.objects.get(name=role).permissions.select_related("content_type")
    return {f"{p.content_type.app_label}.{p.codename}" for p in held}


def test_migrations_make_the_roles() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == {"support", "operator", "admin"}
    assert {"accounts.top_up", "voices.listen"} <= permissions("support")
    assert {"pool.evict_slot", "pool.change_switches"} <= permissions("operator")


def test_support_gives_characters_and_does_not_touch_the_pools_switches() -> None:
    assert "pool.change_switches" not in permissions("support")
    assert "accounts.top_up" not in permissions("operator")


@pytest.mark.parametrize("role", roles.ROLES)
def test_only_admin_says_who_is_staff(role: str) -> None:
    assert not {"accounts.change_user", "auth.change_group"} & permissions(role)
    assert "accounts.change_user" in permissions("admin")


def test_admin_does_what_the_others_do() -> None:
    assert permissions("support") | permissions("operator") <= permissions("admin")


def test_what_staff_did_is_changed_by_no_role() -> None:
    for role in roles.NAMES:
        held = {name for name in permissions(role) if name.endswith("_staffaction")}
        assert held == {"accounts.view_staffaction"}


def test_a_changed_role_is_as_it_should_be_after_the_next_migrate() -> None:
    Group.objects.get(name="support").permissions.clear()
    Group.objects.get(name="admin").delete()
    roles.ensure()
    assert "accounts.top_up" in permissions("support")
    assert "accounts.top_up" in permissions("admin")


def test_our_roles_are_read_and_others_are_written(office: Client) -> None:
    for name, buttons in {"support": 0, "interns": 1}.items():
        group = Group.objects.get_or_create(name=name)[0]
        page = office.get(f"/admin/auth/group/{group.pk}/change/")
        assert page.content.decode().count('name="_save"') == buttons


def test_who_is_in_no_role_sees_an_empty_menu() -> None:
    page = office_of("").get("/admin/")
    assert page.status_code == 200
    assert "/admin/pool/" not in page.content.decode()


def test_each_role_sees_its_pages_in_the_menu() -> None:
    page = office_of("support").get("/admin/").content.decode()
    assert "/admin/pool/slot/" in page
    assert "/admin/auth/group/" not in page
