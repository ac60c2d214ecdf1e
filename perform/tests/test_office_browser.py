"""What support does on an evening, with real clicks."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import ActivationCode, StaffAction, TopUp, User
from conftest import App
from perform.models import Performance
from thoughtvoice.tests.browser import LOOKS, Scheme, Size, Visit
from voices.models import Sample
from voices.tests.uploading import send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def evening(alice: User, recording: bytes) -> tuple[User, Performance, Sample]:
    """Alice has recorded her voice and performed."""
    app = App(alice)
    assert send(app, recording).status_code == 201
    assert app.post_json("/perform", {"routine_type": "cards", "value": "Queen of Hearts"}).status_code == 200
    return alice, Performance.objects.get(), Sample.objects.get()


def test_codes_are_issued_and_handed_out(visit: Visit) -> None:
    page = visit("/admin/accounts/activationcode/add/", staff=True)
    page.get_by_label("How many").fill("3")
    page.get_by_label("Batch").fill("tour")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("3 codes")).to_be_visible()
    for code in ActivationCode.objects.filter(batch="tour"):
        expect(page.get_by_text(code.code)).to_be_visible()
    with page.expect_download() as sheet:
        page.get_by_role("link", name="As a sheet (CSV)").click()
    assert len(sheet.value.path().read_text("utf-8-sig").splitlines()) == 4


def test_a_performer_is_found_by_the_request_heard_and_topped_up(
    visit: Visit, evening: tuple[User, Performance, Sample]
) -> None:
    alice, performance, sample = evening
    page = visit("/admin/", staff=True)
    page.get_by_role("link", name="Find").click()
    page.get_by_role("searchbox").fill(performance.request_id)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Where the time went")).to_be_visible()
    page.get_by_role("link", name="alice").first.click()
    page.get_by_role("link", name=re.compile("Give characters")).click()
    page.get_by_label("Characters").fill("500")
    page.get_by_label("Reason").fill("a gala")
    page.get_by_role("button", name="Give characters").click()
    expect(page.get_by_text("500 characters given")).to_be_visible()
    assert TopUp.objects.get().user == alice
    page.goto(f"/admin/voices/sample/{sample.pk}/change/")
    expect(page.get_by_role("img", name="Loudness over the length of the recording")).to_be_visible()
    page.get_by_role("link", name="Listen (asks for a reason)").click()
    page.get_by_label("Reason").fill("ticket 12")
    page.get_by_role("button", name="Listen").click()
    player = page.locator("audio")
    player.evaluate("player => player.play()")
    page.wait_for_function("document.querySelector('audio').currentTime > 0.2")
    assert StaffAction.objects.get(action="sample.listen").reason == "ticket 12"


def test_the_keyboard_is_enough(visit: Visit, evening: tuple[User, Performance, Sample]) -> None:
    page = visit("/admin/find/", staff=True)
    page.get_by_role("searchbox").focus()
    page.keyboard.type("ali")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Allowance of this month")).to_be_visible()
    top_up = page.get_by_role("link", name=re.compile("Give characters"))
    top_up.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Characters")).to_be_visible()


def test_on_a_phone_a_pages_actions_are_reached_with_keys(
    visit: Visit, look: Callable[..., Any], alice: User
) -> None:
    page = visit(f"/admin/accounts/user/{alice.pk}/change/", staff=True, size="phone")
    opener = page.get_by_role("button", name="Actions", exact=True)
    action = page.get_by_role("link", name=re.compile("Give characters"))
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(action).to_be_hidden()
    tab_to(page, opener)
    page.keyboard.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    look(page, "actions-phone", whole=False)
    tab_to(page, action)
    page.keyboard.press("Escape")
    expect(action).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, action)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Characters")).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_codes_are_pasted_from_a_sheet(
    visit: Visit, look: Callable[..., Any], size: Size, scheme: Scheme
) -> None:
    page = visit("/admin/accounts/activationcode/paste/", staff=True, size=size, scheme=scheme)
    look(page, f"paste-{size}-{scheme}")
    lines = [f"SPRING26{number}\ttour\tOslo, the second evening\t2090-01-31" for number in range(30)]
    page.get_by_label("Lines of a sheet").fill("\n".join(["AB", *lines, lines[0], "SUMMER26\t\t\tsoon"]))
    page.get_by_role("button", name="Look through").click()
    expect(page.get_by_text("30 of 33 can be taken.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    look(page, f"pasted-{size}-{scheme}")
    page.get_by_label("Reason").fill("the printer's list")
    page.get_by_role("button", name="Take 30 codes").click()
    expect(page.get_by_text("30 codes taken.")).to_be_visible()
    assert ActivationCode.objects.filter(batch="tour").count() == 30


def tab_to(page: Page, wanted: Locator) -> None:
    """With the keyboard alone, as somebody without a mouse gets there."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the keyboard does not get there")


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_pages_fit(
    visit: Visit,
    look: Callable[..., Any],
    evening: tuple[User, Performance, Sample],
    size: Size,
    scheme: Scheme,
) -> None:
    alice, performance, sample = evening
    paths = {
        "performer": f"/admin/accounts/user/{alice.pk}/change/",
        "performers": "/admin/accounts/user/",
        "recording": f"/admin/voices/sample/{sample.pk}/change/",
        "performance": f"/admin/perform/performance/{performance.pk}/change/",
        "performances": "/admin/perform/performance/",
        "codes": "/admin/accounts/activationcode/",
        "find": "/admin/find/?q=nobody",
    }
    page = visit("/admin/find/", staff=True, size=size, scheme=scheme)
    for name, path in paths.items():
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        look(page, f"{name}-{size}-{scheme}")
