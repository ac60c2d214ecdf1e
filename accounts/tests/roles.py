"""Members of staff by role, at their browsers."""

from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from conftest import PASSWORD


def office_of(role: str) -> Client:
    """The browser of somebody in this role; of somebody who is staff and nothing else without one."""
    name = role or "newcomer"
    user = User.objects.create_user(name, f"{name}@example.org", PASSWORD, is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client
