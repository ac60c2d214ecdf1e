"""The reference client in a real browser: from an activation code to a thought that is heard."""

import re
import time
import wave
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts import preferences, tokens
from accounts.activation import issue
from accounts.models import User
from conftest import PASSWORD
from perform.models import Performance
from perform.tests.stage import charged
from pool import jobs
from thoughtvoice.tests.browser import Visit
from voices.models import Voice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Look = Callable[..., None]
SignIn = Callable[..., Page]


@pytest.fixture(autouse=True)
def a_short_rehearsal(settings: Any) -> None:
    settings.SAMPLE_MIN_SECONDS = 4.0
    settings.SAMPLE_THRESHOLDS = {**settings.SAMPLE_THRESHOLDS, "least_speech_seconds": 2.0}


@pytest.fixture
def signed_in(visit: Visit, alice: User) -> SignIn:
    """Alice's page, on the stage."""

    def sign_in(**options: Any) -> Page:
        page = visit("/", **options)
        page.get_by_role("button", name=re.compile("I have an account|Ya tengo cuenta")).click()
        page.get_by_label(re.compile("Name or email|Nombre o correo")).fill("alice")
        page.locator("#login").get_by_label(re.compile("Password|Contraseña")).fill(PASSWORD)
        page.locator("#login .primary").click()
        expect(page.locator("#routines label").first).to_be_visible()
        return page

    return sign_in


def register(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("carol")
    page.get_by_label("Email", exact=True).fill("carol@example.org")
    page.locator("#register").get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()


def perform(page: Page) -> None:
    page.locator("#perform").click()


def silence(folder: Path) -> Path:
    path = folder / "silence.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 16_000 * 6))
    return path


def choose_queen_of_hearts(page: Page) -> None:
    page.get_by_role("radio", name="Hearts").check()
    page.get_by_role("radio", name="Queen").check()


def heard(page: Page) -> bool:
    """What was performed sounds, and not of silence."""
    sound = page.locator("#sound")
    return soon(lambda: sound.evaluate("it => it.currentTime") > 0.5) and soon(
        lambda: float(page.locator("#orb").get_attribute("data-peak") or 0) > 0.05
    )


def soon(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Asked from outside: the page's policy forbids Playwright's own way to wait for an expression."""
    until = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < until:
        time.sleep(0.05)
    return met


def accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_newcomer_registers_records_and_hears_a_thought(visit: Visit, look: Look) -> None:
    [code] = issue(1, now=timezone.now())
    page = visit(f"/?code={code}", size="phone")
    look(page, "client-welcome-phone")
    accessible(page)
    register(page)

    page.locator("#consent").check()
    page.locator("#mic").click()
    expect(page.locator("#clock span")).to_have_text("0:03")
    expect(page.locator("#advice")).to_have_text("Good. Keep reading.")
    look(page, "client-recording-phone")
    expect(page.locator("#advice")).to_have_text("That is enough. Finish whenever you like.")
    page.locator("#mic").click()
    expect(page.locator("#build_said")).to_have_text("Your voice is being made …")
    look(page, "client-building-phone")
    jobs.build(str(Voice.objects.get().pk))
    expect(page.locator("#build_said")).to_have_text("Your voice is ready.")
    expect(page.locator("#score")).to_contain_text("Quality")
    look(page, "client-verdict-phone")
    accessible(page)

    page.get_by_role("link", name="To the stage").click()
    choose_queen_of_hearts(page)
    look(page, "client-stage-phone")
    perform(page)
    assert heard(page)
    expect(page.locator("#thought")).to_contain_text("Queen of Hearts")
    expect(page.locator("#facts")).to_contain_text("your own")
    look(page, "client-performed-phone")
    accessible(page)
    assert Performance.objects.get().voice_source == "pooled"


def test_a_recording_that_cannot_be_used_is_explained(signed_in: SignIn, tmp_path: Path, look: Look) -> None:
    page = signed_in(forgive="status of 422")
    page.get_by_role("link", name="Voice", exact=True).click()
    page.locator("#consent").check()
    page.set_input_files("#file", silence(tmp_path))
    expect(page.locator("#recording .notice")).to_contain_text("We hear no voice in this recording.")
    look(page, "client-rejected-desktop")


def test_a_performer_without_a_voice_is_sent_to_record_one(signed_in: SignIn) -> None:
    page = signed_in(forgive="status of 409")
    choose_queen_of_hearts(page)
    page.get_by_label("Only in my own voice").check()
    perform(page)
    expect(page.locator("#wish .notice")).to_have_text("You have no voice yet. Record it first.")


def test_every_routine_has_its_way_to_choose(signed_in: SignIn, look: Look) -> None:
    page = signed_in()
    page.get_by_role("radio", name="Star signs").check()
    page.get_by_role("radio", name="Leo").check()
    look(page, "client-signs-desktop")
    accessible(page)
    page.get_by_role("radio", name="Names").check()
    page.get_by_role("button", name="Mary Ann").click()
    page.get_by_role("radio", name="Numbers").check()
    for key in ("3", "7", "Delete", "4", "Minus"):
        page.get_by_role("button", name=key, exact=True).click()
    perform(page)
    expect(page.locator("#thought")).to_contain_text("-34")
    expect(page.locator("#facts")).to_contain_text("generic")
    look(page, "client-performed-desktop")


def test_a_card_is_performed_with_the_keyboard_alone(signed_in: SignIn) -> None:
    page = signed_in()
    page.get_by_role("radio", name="Playing cards").focus()
    for key in ("Tab", "Space", "ArrowRight", "Tab", "Space", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#thought")).to_contain_text("Two of Diamonds")


def test_a_token_that_expires_midway_is_renewed_unseen(signed_in: SignIn) -> None:
    page = signed_in(forgive="status of 401")
    choose_queen_of_hearts(page)
    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=True):
        perform(page)
        assert heard(page)
        expect(page.locator("#thought")).to_contain_text("Queen of Hearts")
    assert page.locator(".notice:visible").count() == 0


def test_who_is_signed_out_elsewhere_comes_back_to_the_door(signed_in: SignIn, alice: User) -> None:
    page = signed_in(forgive="status of 401")
    tokens.revoke_all(alice, now=timezone.now())
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name="A thought, in your own voice.")).to_be_visible()


def test_an_address_that_is_no_screen_leads_to_the_stage(signed_in: SignIn, alice: User) -> None:
    page = signed_in()
    page.evaluate("location.hash = '#/constructor'")  # which every object has
    expect(page.locator("#wish")).to_be_visible()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="A thought, in your own voice.")).to_be_visible()
    assert page.evaluate("JSON.parse(localStorage.thoughtvoice).refresh") == ""


def test_an_answer_that_is_lost_is_asked_for_again_and_charged_once(signed_in: SignIn, alice: User) -> None:
    page = signed_in(forgive="ERR_FAILED")
    keys: list[str] = []

    def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            return route.abort()
        return route.continue_()

    page.route("**/perform", lose_the_first)
    choose_queen_of_hearts(page)
    perform(page)
    expect(page.locator("#thought")).to_contain_text("Queen of Hearts")
    assert keys == [keys[0]] * 2
    performance = Performance.objects.get()
    assert charged(alice) == performance.characters


def test_offline_says_so_and_the_same_press_goes_on_afterwards(signed_in: SignIn, look: Look) -> None:
    page = signed_in(size="phone", forgive="ERR_INTERNET_DISCONNECTED")
    choose_queen_of_hearts(page)
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    perform(page)
    expect(page.locator("#wish .notice")).to_contain_text("There is no connection.")
    look(page, "client-offline-phone", whole=False)
    page.context.set_offline(False)
    expect(page.get_by_text("You are offline.")).to_be_hidden()
    perform(page)
    assert heard(page)
    assert Performance.objects.count() == 1


def test_everything_is_said_in_spanish_too(signed_in: SignIn, look: Look, alice: User) -> None:
    preferences.write(preferences.of(alice), {"language": "spanish"})
    page = signed_in(size="phone", language="es")
    expect(page.get_by_role("radio", name="Signos del zodiaco")).to_be_visible()
    page.get_by_role("radio", name="Corazones").check()
    page.get_by_role("radio", name="Reina").check()
    perform(page)
    expect(page.locator("#thought")).to_contain_text("Reina de Corazones")
    screens = {"Historial": "Historial", "Ajustes": "Ajustes", "Voz": "Tu voz"}
    for link, title in screens.items():
        page.get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
        page.wait_for_load_state("networkidle")
        look(page, f"client-{link.lower()}-phone")
        accessible(page)


def test_the_past_can_be_heard_and_deleted(signed_in: SignIn, look: Look) -> None:
    page = signed_in()
    choose_queen_of_hearts(page)
    perform(page)
    expect(page.locator("#thought")).to_contain_text("Queen of Hearts")
    page.get_by_role("link", name="History").click()
    page.get_by_role("button", name="Play: Queen of Hearts").click()
    assert soon(lambda: page.locator("#past").evaluate("it => it.currentTime") > 0.2)
    look(page, "client-history-desktop")
    page.get_by_role("button", name="Delete: Queen of Hearts").click()
    expect(page.get_by_text("Nothing performed yet.")).to_be_visible()
    assert Performance.objects.count() == 0


def test_settings_are_kept_and_an_account_can_be_left(signed_in: SignIn, look: Look, alice: User) -> None:
    page = signed_in()
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Background sound").check()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert preferences.of(alice).add_background_sound
    page.get_by_role("button", name="Is everything ready for the show?").click()
    expect(page.get_by_text("Not yet. Record your voice first.")).to_be_visible()
    look(page, "client-settings-desktop")
    page.get_by_text("Delete voice or account").click()
    page.locator("#farewell").get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("heading", name="A thought, in your own voice.")).to_be_visible()
