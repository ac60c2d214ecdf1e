from datetime import timedelta

from django.utils import timezone

from accounts import tokens
from accounts.models import Device, User
from conftest import App
from thoughtvoice.tests.test_errors import the_problem


def test_devices_are_listed_with_the_present_one_marked(as_alice: App, alice: User, as_bob: App) -> None:
    tokens.open_device(alice, name="tablet", platform="ios", now=timezone.now())
    listed = as_alice.get("/user/devices").json()
    assert [(device["name"], device["platform"], device["current"]) for device in listed] == [
        ("tablet", "ios", False),
        ("test phone", "", True),
    ]
    assert set(listed[0]) == {"id", "name", "platform", "created_at", "last_seen_at", "current"}


def test_a_device_is_signed_out_at_once(as_alice: App, alice: User) -> None:
    lost = App(alice)
    [current] = [device["id"] for device in lost.get("/user/devices").json() if device["current"]]
    assert as_alice.delete(f"/user/devices/{current}").status_code == 204
    the_problem(lost.get("/user/me"), 401, "not_authenticated")
    assert as_alice.get("/user/me").status_code == 200
    assert current not in [device["id"] for device in as_alice.get("/user/devices").json()]
    assert as_alice.delete(f"/user/devices/{current}").status_code == 204


def test_all_others_are_signed_out(as_alice: App, alice: User, as_bob: App) -> None:
    others = [App(alice), App(alice)]
    assert as_alice.delete("/user/devices").status_code == 204
    assert [app.get("/user/me").status_code for app in (*others, as_alice, as_bob)] == [401, 401, 200, 200]


def test_signing_out_ends_this_device_only(as_alice: App, alice: User) -> None:
    other = App(alice)
    assert as_alice.post("/auth/logout").status_code == 204
    assert [app.get("/user/me").status_code for app in (as_alice, other)] == [401, 200]


def test_somebody_elses_device_does_not_exist(as_alice: App, as_bob: App, bob: User) -> None:
    bobs = Device.objects.get(user=bob)
    the_problem(as_alice.delete(f"/user/devices/{bobs.pk}"), 404, "not_found")
    assert as_bob.get("/user/me").status_code == 200


def test_refreshing_is_seen(alice: User) -> None:
    pair = tokens.open_device(alice, now=timezone.now())
    before = Device.objects.get().last_seen_at
    tokens.refresh(pair["refresh"], now=timezone.now())
    assert Device.objects.get().last_seen_at > before


def test_a_device_is_signed_out_once(alice: User) -> None:
    then, later = timezone.now(), timezone.now() + timedelta(hours=1)
    tokens.open_device(alice, now=then)
    device = Device.objects.get()
    assert [tokens.revoke(device, now=then), tokens.revoke(device, now=later)] == [True, False]
    assert tokens.revoke_all(alice, now=later) == 0
    assert Device.objects.filter(revoked_at__lt=later).count() == 1
