"""`/admin/voice-pool/…`: what staff see and do, and that nobody else may."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import StaffAction, User
from conftest import App
from pool.admission import MARK, admit
from pool.models import Slot
from pool.tests.factories import RECORDING, grow_cold, make_voice, soon
from voices.providers import get_provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]


@pytest.fixture
def as_staff(make_user: Any) -> App:
    carol = make_user("carol", is_staff=True)
    carol.groups.add(Group.objects.get(name="operator"))
    return App(carol)


def test_the_pool_at_a_glance(as_staff: App) -> None:
    slot = admit(make_voice("dave"), deadline=soon(), pin_seconds=60)
    told = as_staff.get("/admin/voice-pool/status").json()
    assert (told["enabled"], told["capacity"], told["strategy"], told["sharing"]) == (
        True,
        10,
        "hybrid",
        False,
    )
    [account] = told["accounts"]
    seen = account["slots"][slot.number - 1]
    assert (seen["username"], seen["state"], seen["pinned_seconds"] > 50) == ("dave", "ready", True)
    assert len(account["slots"]) == 10
    assert slot.remote_id not in str(told)


def test_a_voice_is_evicted_unless_it_is_pinned(as_staff: App) -> None:
    slot = admit(make_voice("dave"), deadline=soon(), pin_seconds=60)
    assert slot.voice
    wish = {"user_id": str(slot.voice.user_id)}
    assert as_staff.post_json("/admin/voice-pool/evict", wish).json() == {"evicted": False, "state": "ready"}
    grow_cold(slot)
    assert as_staff.post_json("/admin/voice-pool/evict", wish).json() == {"evicted": True, "state": "free"}
    assert list(get_provider().list(deadline=soon())) == []
    assert as_staff.post_json("/admin/voice-pool/evict", wish).status_code == 404


def test_drift_is_told_and_repaired_only_when_asked(as_staff: App) -> None:
    slot, voice = Slot.objects.get(number=1), make_voice()
    get_provider().clone([RECORDING], name=f"{MARK}1", labels={}, deadline=soon())
    long_ago = timezone.now() - timedelta(hours=1)
    Slot.objects.filter(pk=slot.pk).update(
        state=Slot.State.UNKNOWN, voice=voice, revision=1, name=f"{MARK}1", since=long_ago
    )
    told = as_staff.post_json("/admin/voice-pool/reconcile", {}).json()
    assert (told["repaired"], told["drift"]["default"]["unsettled"]) == (False, 1)
    as_staff.post_json("/admin/voice-pool/reconcile", {"repair": True})
    slot.refresh_from_db()
    assert slot.state == Slot.State.READY


@pytest.mark.parametrize("path", ["status", "evict", "reconcile"])
def test_it_is_for_staff(as_alice: App, as_stranger: App, alice: User, path: str) -> None:
    def ask(app: App) -> int:
        address = f"/admin/voice-pool/{path}"
        return (app.get(address) if path == "status" else app.post_json(address, {})).status_code

    assert (ask(as_alice), ask(as_stranger)) == (403, 401)


def test_what_staff_did_this_way_is_written_down_too(as_staff: App) -> None:
    slot = admit(make_voice("dave"), deadline=soon(), pin_seconds=0)
    as_staff.post_json("/admin/voice-pool/evict", {"user_id": str(slot.voice.user_id)})
    as_staff.post_json("/admin/voice-pool/reconcile", {"repair": True})
    as_staff.post_json("/admin/voice-pool/reconcile", {"repair": False})
    written = StaffAction.objects.order_by("created_at").values_list("action", "about")
    assert list(written) == [("voice.evict", slot.voice.user_id), ("pool.reconcile", None)]


@pytest.mark.parametrize(
    ("role", "status", "evict"), [("", 403, 403), ("support", 200, 403), ("operator", 200, 404)]
)
def test_a_role_allows_as_much_here_as_in_the_back_office(
    make_user: Any, role: str, status: int, evict: int
) -> None:
    user = make_user("eve", is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    app = App(user)
    assert app.get("/admin/voice-pool/status").status_code == status
    assert app.post_json("/admin/voice-pool/evict", {"user_id": str(user.pk)}).status_code == evict
