"""Staff at the pool, with real clicks."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts import tokens
from accounts.models import StaffAction, User
from perform import days
from perform.models import Performance
from perform.tests.server import serving
from pool import ghosts
from pool.admission import admit
from pool.models import Account, Slot
from pool.tests.factories import grow_cold, make_voice, soon
from thoughtvoice.double import Double
from thoughtvoice.tests.browser import LOOKS, Scheme, Size, Visit
from voices.providers import get_provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Look = Callable[..., Path]


@pytest.fixture
def dora(db: None) -> Slot:
    slot = admit(make_voice("dora"), deadline=soon(), pin_seconds=0)
    grow_cold(slot, since=timezone.now() - timedelta(hours=1))
    return slot


@pytest.fixture
def a_month(make_user: Callable[..., User]) -> None:
    """Somebody performed, mostly well; the plan is half used up."""
    user, now = make_user("emilia"), timezone.now()
    for number in range(200):
        at = now - timedelta(hours=3.5 * number)
        fine = number % 9 > 0
        Performance.objects.create(
            user=user,
            created_at=at,
            state="done" if fine else "failed",
            failure="" if fine else ["slots_busy", "provider_unavailable"][number % 2],
            voice_source="pooled" if fine else "",
            language="en",
            timings={"first_audio": 400 + number % 13 * 90} if fine else {},
        )
    for day in days.outstanding(now=now, days=30):
        days.count(day, now=now)
    Account.objects.update(
        creations_used=60,
        creations_limit=95,
        characters_used=90_000,
        characters_limit=500_000,
        voice_limit=10,
        foreign_voices=1,
        resets_at=now + timedelta(days=15),
        polled_at=now,
    )
    ghosts.see(
        [(str(number % 13), now - timedelta(hours=300 - number)) for number in range(300)], until=now, now=now
    )


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_first_screen_answers(
    visit: Visit, look: Look, dora: Slot, a_month: None, size: Size, scheme: Scheme
) -> None:
    page = visit("/admin/", staff=True, size=size, scheme=scheme)
    expect(page.get_by_role("link", name="dora")).to_be_visible()
    expect(page.get_by_role("img", name="Performances a day")).to_be_visible()
    assert_fits(page)
    look(page, f"office-home-{size}-{scheme}")
    page.goto("/admin/pool/slot/")
    assert_fits(page)
    look(page, f"office-pool-{size}-{scheme}")
    page.goto("/admin/pool/switches/switch/")
    assert_fits(page)
    look(page, f"office-switches-{size}-{scheme}")


def test_staff_evict_a_voice_and_see_the_slot_free(visit: Visit, look: Look, dora: Slot) -> None:
    page = visit("/admin/pool/slot/", staff=True)
    page.get_by_role("link", name="dora").first.click()
    look(page, "office-slot")
    page.get_by_role("link", name="Evict").click()
    page.get_by_label("Reason").fill("the wrong person")
    look(page, "office-evict")
    page.get_by_role("button", name="Evict").click()
    expect(page.get_by_text("The slot is free.")).to_be_visible()
    page.goto("/admin/pool/slot/")
    expect(page.locator(".office-free")).to_have_count(10)
    assert Slot.objects.get(pk=dora.pk).state == Slot.State.FREE
    assert StaffAction.objects.get().reason == "the wrong person"


def test_reconciling_shows_the_drift_first_and_repairs_it_then(visit: Visit, look: Look, dora: Slot) -> None:
    get_provider().delete(dora.remote_id, deadline=soon())
    page = visit("/admin/pool/slot/", staff=True)
    page.get_by_role("link", name="Reconcile").click()
    expect(page.get_by_text("Clones that we believe in")).to_be_visible()
    look(page, "office-reconcile")
    assert Slot.objects.get(pk=dora.pk).state == Slot.State.READY
    page.get_by_label("Reason").fill("an alert")
    page.get_by_role("button", name="Repair").click()
    expect(page.get_by_text("default: 1 missing")).to_be_visible()
    assert Slot.objects.get(pk=dora.pk).state == Slot.State.FREE


def test_what_waits_for_deletion_is_one_click_away(visit: Visit, look: Look, dora: Slot) -> None:
    three_hours_ago = timezone.now() - timedelta(hours=3)
    Slot.objects.filter(pk=dora.pk).update(
        state=Slot.State.DELETING, voice=None, since=three_hours_ago, attempts=3, error="ProviderRefused"
    )
    page = visit("/admin/", staff=True, size="phone")
    look(page, "deletion-home")
    page.get_by_role("link", name="1 clone waits for deletion").click()
    expect(page.get_by_text("tried 3 times in vain, again soon")).to_be_visible()
    expect(page.get_by_text("The provider refuses: key, plan or permission.")).to_be_visible()
    assert_fits(page)
    look(page, "deletion-phone")
    page.set_viewport_size({"width": 1280, "height": 800})
    look(page, "deletion-desktop")


def test_another_process_obeys_a_changed_strategy(
    visit: Visit, double: Double, tmp_path: Path, staff: User
) -> None:
    with serving(double_url=double.url, folder=tmp_path) as port:

        def strategy() -> Any:
            token = tokens.open_device(staff, now=timezone.now())["access"]
            asked = httpx.get(
                f"http://127.0.0.1:{port}/admin/voice-pool/status",
                headers={"Authorization": f"Bearer {token}"},
            )
            return asked.json()["strategy"]

        assert strategy() == "hybrid"
        page = visit("/admin/pool/switches/", staff=True)
        page.get_by_label("lru").check()
        page.get_by_label("Reason").fill("a festival")
        page.get_by_role("button", name="Change the switches").click()
        expect(page.get_by_text("Changed.")).to_be_visible()
        deadline = time.monotonic() + 10
        while strategy() != "lru" and time.monotonic() < deadline:
            time.sleep(0.2)
        assert strategy() == "lru"


def test_a_keyboard_is_enough_to_evict(visit: Visit, dora: Slot) -> None:
    page = visit(f"/admin/pool/slot/{dora.pk}/evict/", staff=True)
    page.get_by_label("Reason").focus()
    page.keyboard.type("the wrong person")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The slot is free.")).to_be_visible()


def test_the_language_is_changed_by_hand(visit: Visit, look: Look, dora: Slot, a_month: None) -> None:
    page = visit("/admin/", staff=True, language="es", size="phone", scheme="dark")
    expect(page.get_by_text("Actuaciones, 7 días")).to_be_visible()
    assert_fits(page)
    look(page, "office-home-spanish")


def assert_fits(page: Page) -> None:
    """Nothing has to be scrolled to sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} pixels too wide"
