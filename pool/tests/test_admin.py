from datetime import timedelta

import pytest
from django.db import connection
from django.forms import model_to_dict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import StaffAction, User
from accounts.tests.roles import office_of
from pool import switches
from pool.admission import admit
from pool.models import Account, Build, Slot
from pool.tests.factories import grow_cold, make_voice, soon
from thoughtvoice.double import Double
from thoughtvoice.tests.queue import queued
from voices.providers import get_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def slot(db: None) -> Slot:
    slot = admit(make_voice("dora"), deadline=soon(), pin_seconds=0)
    grow_cold(slot)
    return Slot.objects.get(pk=slot.pk)


def page_of(slot: Slot, action: str = "change") -> str:
    return f"/admin/pool/slot/{slot.pk}/{action}/"


def test_staff_evict_a_voice_and_say_why(office: Client, slot: Slot) -> None:
    owner = slot.voice.user_id
    answer = office.post(page_of(slot, "evict"), {"reason": "wrong person"}, follow=True)
    assert "The slot is free." in answer.content.decode()
    assert Slot.objects.get(pk=slot.pk).state == Slot.State.FREE
    written = StaffAction.objects.get()
    assert (written.action, written.reason, written.about) == ("voice.evict", "wrong person", owner)
    assert (written.subject_kind, written.subject_id) == ("pool.slot", str(slot.pk))


def test_looking_and_giving_no_reason_change_nothing(office: Client, slot: Slot) -> None:
    assert "deleted at the provider" in office.get(page_of(slot, "evict")).content.decode()
    assert office.post(page_of(slot, "evict"), {"reason": " "}).status_code == 200
    assert Slot.objects.get(pk=slot.pk).state == Slot.State.READY
    assert not StaffAction.objects.exists()


def test_a_pinned_voice_stays_and_staff_are_told(office: Client, slot: Slot) -> None:
    office.post(page_of(slot, "pin"), {"reason": "a gala", "minutes": "30"})
    until = Slot.objects.get(pk=slot.pk).pinned_until
    assert abs(until - timezone.now() - timedelta(minutes=30)) < timedelta(minutes=1)
    answer = office.post(page_of(slot, "evict"), {"reason": "room"}, follow=True)
    assert "it is pinned" in answer.content.decode()
    office.post(page_of(slot, "unpin"), {"reason": "over"})
    assert Slot.objects.get(pk=slot.pk).pinned_until < timezone.now() + timedelta(minutes=1)
    assert list(StaffAction.objects.order_by("created_at").values_list("action", flat=True)) == [
        "voice.pin",
        "voice.evict",
        "voice.unpin",
    ]


def test_who_may_not_evict_sees_no_button_and_is_refused_at_the_address(slot: Slot) -> None:
    support = office_of("support")
    page = support.get(page_of(slot)).content.decode()
    assert page_of(slot, "evict") not in page
    assert page_of(slot, "pin") in page
    for ask in (support.get, support.post):
        assert ask(page_of(slot, "evict"), {"reason": "try"}).status_code == 403
    assert Slot.objects.get(pk=slot.pk).state == Slot.State.READY
    assert page_of(slot, "evict") in office_of("operator").get(page_of(slot)).content.decode()


def test_the_way_back_leads_nowhere_else(office: Client, slot: Slot) -> None:
    for wanted, led in {"/admin/": "/admin/", "https://evil.example/": page_of(slot)}.items():
        page = office.get(page_of(slot, "evict"), {"next": wanted})
        assert page.context["after"] == led


def test_reconcile_shows_the_drift_and_repairs_it_only_when_told_to(office: Client, slot: Slot) -> None:
    get_provider().delete(slot.remote_id, deadline=soon())
    Slot.objects.filter(pk=slot.pk).update(since=slot.last_used_at)  # a listing may be behind what is younger
    page = office.get("/admin/pool/slot/reconcile/").content.decode()
    assert "Clones that we believe in and the provider does not know" in page
    assert Slot.objects.get(pk=slot.pk).state == Slot.State.READY
    answer = office.post("/admin/pool/slot/reconcile/", {"reason": "an alert"}, follow=True)
    assert "default: 1 missing" in answer.content.decode()
    assert Slot.objects.get(pk=slot.pk).state == Slot.State.FREE
    assert "Rows and provider agree." in office.get("/admin/pool/slot/reconcile/").content.decode()


def test_a_provider_that_does_not_answer_is_told(office: Client, on_the_double: Double) -> None:
    on_the_double.script.add("list", "502", count=9)
    page = office.get("/admin/pool/slot/reconcile/")
    assert page.status_code == 200
    assert "office-bad" in page.content.decode()


def switches_as_they_are(**changes: object) -> dict[str, object]:
    chosen = model_to_dict(switches.current())
    ticked = {name: value for name, value in chosen.items() if value is not False}
    return {**ticked, "reason": "a festival", **changes}


def test_staff_change_the_strategy_and_the_audit_says_what_it_was(office: Client) -> None:
    office.post("/admin/pool/switches/switch/", switches_as_they_are(strategy="lru"))
    switches.forget()
    assert switches.current().strategy == "lru"
    assert StaffAction.objects.get().details == {"strategy": "hybrid → lru"}


def test_a_smaller_capacity_blocks_places_at_once(office: Client) -> None:
    answer = office.post("/admin/pool/switches/switch/", switches_as_they_are(capacity=4), follow=True)
    assert "4 places are usable now" in answer.content.decode()
    assert Slot.objects.filter(state=Slot.State.BLOCKED).count() == 6


@pytest.mark.parametrize("changes", [{"capacity": -1}, {"strategy": "fifo"}, {"ttl_minutes": 0}])
def test_senseless_switches_are_refused(office: Client, changes: dict[str, object]) -> None:
    page = office.post("/admin/pool/switches/switch/", switches_as_they_are(**changes))
    assert page.context["form"].errors
    assert not StaffAction.objects.exists()


def test_who_may_only_look_sees_the_switches_and_no_button(slot: Slot) -> None:
    support = office_of("support")
    page = support.get("/admin/pool/switches/")
    assert page.status_code == 200
    assert "/admin/pool/switches/switch/" not in page.content.decode()
    assert support.post("/admin/pool/switches/switch/", switches_as_they_are()).status_code == 403


def test_a_voice_is_warmed_by_its_owners_name(office: Client) -> None:
    voice = make_voice("dora")
    office.post("/admin/pool/slot/warm/", {"performer": "Dora@example.org", "reason": "a gala"})
    assert queued() == [("perform.jobs.warm", (str(voice.pk),))]
    written = StaffAction.objects.get()
    assert (written.about, written.details) == (voice.user_id, {})


def test_with_the_pool_off_staff_are_told_that_nobody_is_warmed(office: Client) -> None:
    make_voice("dora")
    switches.change(enabled=False)
    answer = office.post("/admin/pool/slot/warm/", {"performer": "dora", "reason": "a gala"}, follow=True)
    assert "The pool is switched off" in answer.content.decode()
    assert queued() == []


def test_nobody_is_warmed_who_has_no_voice(office: Client, alice: User) -> None:
    page = office.post("/admin/pool/slot/warm/", {"performer": "alice", "reason": "a gala"})
    assert page.context["form"].errors == {"performer": ["Nobody of that name has a voice."]}


def test_builds_that_failed_this_week_are_found(office: Client, slot: Slot) -> None:
    account, now = Account.objects.get(name="default"), timezone.now()
    failed, old = (
        Build.objects.create(
            account=account, first=True, outcome="not_made", started_at=now - timedelta(days=ago)
        )
        for ago in (1, 9)
    )

    def found(**query: str) -> set[Build]:
        return set(office.get("/admin/pool/build/", query).context["cl"].result_list)

    assert (found(ask="failed"), found(ask="rebuilt")) == ({failed}, set())
    assert found() == {failed, old, Build.objects.get(outcome="made")}


def test_the_account_page_counts_creations_as_the_board_does(office: Client, slot: Slot) -> None:
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Account.objects.update(creations_used=60, creations_limit=95, polled_at=an_hour_ago)
    assert "61 of 95" in office.get("/admin/pool/account/").content.decode()
    [board] = office.get("/admin/pool/slot/").context["boards"]
    assert board.creations.used == 61


@pytest.mark.parametrize(("page", "questions"), [("slot", 12), ("build", 7), ("account", 7), ("switches", 7)])
def test_a_list_asks_as_much_for_three_as_for_one(page: str, questions: int) -> None:
    operator = office_of("support")

    def asked() -> int:
        switches.forget()  # they are read every two seconds
        with CaptureQueriesContext(connection) as seen:
            assert operator.get(f"/admin/pool/{page}/").status_code == 200
        return len(seen)

    admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert asked() == questions
    for _ in range(2):
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert asked() == questions


def test_the_board_says_what_becomes_of_each_place(office: Client, slot: Slot) -> None:
    page = office.get("/admin/pool/slot/").content.decode()
    assert "dora" in page
    assert page.count("office-card office-free") == 9


@pytest.mark.parametrize("term", ["dora", "DOR", "dora@example.org", "{owner}", "{build}"])
def test_a_build_is_found_by_what_support_has_at_hand(office: Client, slot: Slot, term: str) -> None:
    admit(make_voice("emil"), deadline=soon(), pin_seconds=0)
    build = Build.objects.get(user=slot.voice.user_id)
    term = term.format(owner=build.user_id, build=build.pk)
    assert list(office.get("/admin/pool/build/", {"q": term}).context["cl"].result_list) == [build]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "soon"),
        ({"last_used_at": timedelta()}, "it may still be speaking"),
        ({"attempts": 3, "error": "ProviderRefused"}, "3 times in vain, again soon"),
        (
            {"attempts": 1, "retry_at": timedelta(minutes=90)},
            "once in vain, again in 1\u00a0hour",
        ),
    ],
)
def test_what_waits_for_deletion_is_told_with_how_often_it_was_tried(
    office: Client, slot: Slot, changes: dict[str, object], told: str
) -> None:
    now = timezone.now()
    changes = {
        name: now + value if isinstance(value, timedelta) else value for name, value in changes.items()
    }
    Slot.objects.filter(pk=slot.pk).update(state="deleting", voice=None, **changes)
    page = office.get("/admin/pool/slot/", {"state__exact": "deleting"})
    assert list(page.context["cl"].result_list) == [slot]
    assert told in page.content.decode()


def test_the_first_screen_leads_to_what_waits_for_deletion(office: Client, slot: Slot) -> None:
    link = "/admin/pool/slot/?state__exact=deleting"
    assert link not in office.get("/admin/").content.decode()
    Slot.objects.filter(pk=slot.pk).update(state="deleting", since=timezone.now() - timedelta(hours=3))
    home = office.get("/admin/").content.decode()
    assert link in home
    assert "1 clone waits for deletion" in home
    assert "3\u00a0hours" in home
