from datetime import UTC, datetime, timedelta

import pytest

from accounts import jobs, quota
from accounts.models import Charge, TopUp, User
from accounts.tests.people import a_charge
from conftest import App

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 12, 1, tzinfo=UTC)


def spend(user: User, characters: int, *, now: datetime = NOW, factor: float = 1.0) -> None:
    charge = a_charge(user, characters, created_at=now)
    assert quota.settle(charge, characters, factor=factor)


def admitted(user: User, characters: int, *, now: datetime = NOW) -> bool:
    try:
        quota.reserve(user, characters, now=now)
    except quota.QuotaExceeded:
        return False
    return True


def test_what_is_held_counts_until_it_is_settled_or_released(alice: User) -> None:
    first, second = quota.reserve(alice, 200, now=NOW), quota.reserve(alice, 300, now=NOW)
    usage = quota.usage(alice, now=NOW)
    assert (usage.used, usage.effective, usage.held, usage.left) == (0, 0, 500, 3500)
    assert quota.settle(first, 120)
    assert quota.release(second)
    usage = quota.usage(alice, now=NOW)
    assert (usage.used, usage.effective, usage.held, usage.left) == (120, 120, 0, 3880)


def test_what_is_held_is_refused_to_the_next(alice: User) -> None:
    held = quota.reserve(alice, 4000, now=NOW)
    assert not admitted(alice, 1)
    quota.release(held)
    assert admitted(alice, 1)


def test_one_charge_ends_and_the_others_run_on(alice: User, bob: User) -> None:
    first, second = quota.reserve(alice, 100, now=NOW), quota.reserve(alice, 200, now=NOW)
    bobs = quota.reserve(bob, 300, now=NOW)
    assert (first.created_at, first.number, second.number, bobs.number) == (NOW, 1, 2, 1)
    assert quota.release(first)
    assert quota.settle(second, 150)
    states = dict(Charge.objects.values_list("pk", "state"))
    assert states == {first.pk: "released", second.pk: "settled", bobs.pk: "held"}


def test_a_charge_ends_once(alice: User) -> None:
    charge = quota.reserve(alice, 200, now=NOW)
    assert [quota.settle(charge, 100), quota.settle(charge, 50), quota.release(charge)] == [
        True,
        False,
        False,
    ]
    assert quota.usage(alice, now=NOW).used == 100


def test_never_more_is_charged_than_was_held(alice: User) -> None:
    assert quota.settle(quota.reserve(alice, 100, now=NOW), 130)
    assert quota.usage(alice, now=NOW).used == 100


@pytest.mark.parametrize(
    ("used", "characters", "expected"),
    [(3999, 1001, True), (3999, 1002, False), (4000, 1, False), (0, 5000, True), (0, 5001, False)],
)
def test_the_limit_admits_and_the_hard_limit_bounds(
    alice: User, used: int, characters: int, expected: bool
) -> None:
    spend(alice, used)
    assert admitted(alice, characters) is expected
    assert quota.usage(alice, now=NOW).held == (characters if expected else 0)


def test_a_refusal_says_when_the_month_begins_anew(alice: User) -> None:
    spend(alice, 4000)
    with pytest.raises(quota.QuotaExceeded) as refused:
        quota.reserve(alice, 1, now=NOW)
    assert (refused.value.status, refused.value.more) == (402, {"resets_at": "2026-12-01T00:00:00Z"})


def test_the_month_begins_anew_without_any_job(alice: User) -> None:
    spend(alice, 4000)
    last = NEXT_MONTH - timedelta(milliseconds=1)
    assert (quota.usage(alice, now=last).used, admitted(alice, 1, now=last)) == (4000, False)
    assert (quota.usage(alice, now=NEXT_MONTH).used, admitted(alice, 1, now=NEXT_MONTH)) == (0, True)


def test_a_month_counts_from_its_first_instant(alice: User) -> None:
    spend(alice, 7, now=NEXT_MONTH)
    assert quota.usage(alice, now=NEXT_MONTH).used == 7


def test_december_ends_with_the_year(alice: User) -> None:
    assert quota.usage(alice, now=NEXT_MONTH).resets_at == datetime(2027, 1, 1, tzinfo=UTC)


def test_the_monthly_job_loses_and_doubles_nothing(alice: User, bob: User) -> None:
    now = datetime.now(UTC)
    past = quota._month_start(now) - timedelta(days=3)
    quota.begin_anew(User.objects.filter(pk=alice.pk), now=past)
    quota.begin_anew(User.objects.filter(pk=bob.pk), now=now)
    spend(bob, 30, now=now + timedelta(seconds=1))
    assert jobs.begin_month() == "1 restarts of past months forgotten"
    assert jobs.begin_month() == "0 restarts of past months forgotten"
    assert quota.usage(bob, now=now + timedelta(seconds=2)).used == 30


def test_beginning_anew_forgets_what_was_charged_before(alice: User, bob: User) -> None:
    for user in (alice, bob):
        spend(user, 4000)
    later = NOW + timedelta(hours=1)
    assert quota.begin_anew(User.objects.filter(pk=alice.pk), now=later) == 1
    alice.refresh_from_db()
    assert (quota.usage(alice, now=later).used, quota.usage(bob, now=later).used) == (0, 4000)
    spend(alice, 10, now=later)
    assert quota.usage(alice, now=later).used == 10


def test_ones_own_limit_overrides_the_general_one(alice: User, bob: User) -> None:
    alice.char_limit, bob.char_limit = 100, 9000
    spend(alice, 100)
    spend(bob, 8999)
    assert [admitted(alice, 1), admitted(bob, 1001)] == [False, True]
    assert quota.usage(bob, now=NOW).hard_limit == 10_000
    alice.char_limit = 0
    assert quota.usage(alice, now=NOW).limit == 0


def test_a_top_up_raises_both_limits_for_this_month(alice: User, bob: User) -> None:
    spend(alice, 4000)
    quota.grant(alice, 500, reason="a gala", author=bob, now=NOW)
    usage = quota.usage(alice, now=NOW)
    assert (usage.limit, usage.hard_limit) == (4500, 5500)
    assert admitted(alice, 1)
    assert quota.usage(alice, now=NEXT_MONTH).limit == 4000
    assert quota.usage(bob, now=NOW).limit == 4000
    granted = TopUp.objects.get()
    assert (granted.reason, granted.author, granted.created_at) == ("a gala", bob, NOW)


def test_the_providers_factor_is_kept_for_the_accounts(alice: User) -> None:
    spend(alice, 101, factor=0.5)
    spend(alice, 10)
    a_charge(alice, 500, created_at=NOW, factor=0.5)
    usage = quota.usage(alice, now=NOW)
    assert (usage.used, usage.effective) == (111, 60.5)


def test_what_a_dead_process_held_is_released(alice: User) -> None:
    now = datetime.now(UTC)
    a_charge(alice, 4000, created_at=now - quota.ABANDONED - timedelta(seconds=1))
    a_charge(alice, 7, created_at=now)
    assert jobs.release_abandoned_charges() == "1 charges released"
    assert jobs.release_abandoned_charges() == "0 charges released"
    assert Charge.objects.get(state=Charge.State.HELD).characters == 7


def test_one_number_is_shown_enforced_and_listed(alice: User, as_alice: App) -> None:
    now = datetime.now(UTC)
    spend(alice, 1234, now=now, factor=0.5)
    shown = as_alice.get("/user/me").json()
    assert (shown["charCount"], shown["charsUsedRaw"], shown["charsUsedEffective"]) == (1234, 1234, 617.0)
    assert quota.usage(alice, now=now).used == 1234
    assert quota.used_by([alice], now=now) == {alice.pk: 1234}


def test_the_list_of_many_users_counts_as_each_ones_usage(alice: User, bob: User, make_user) -> None:
    spend(alice, 10)
    spend(alice, 20)
    spend(bob, 40, now=NOW - timedelta(days=40))
    spend(bob, 5)
    dora = make_user("dora")
    spend(dora, 7)
    a_charge(alice, 99, created_at=NOW)
    quota.begin_anew(User.objects.filter(pk=dora.pk), now=NOW + timedelta(seconds=1))
    emil = make_user("emil")
    quota.begin_anew(User.objects.filter(pk=emil.pk), now=NOW - timedelta(seconds=1))
    spend(emil, 3)
    listed = quota.used_by(list(User.objects.all()), now=NOW)
    assert {user: quota.usage(user, now=NOW).used for user in (alice, bob, emil)} == {
        alice: 30,
        bob: 5,
        emil: 3,
    }
    assert listed == {alice.pk: 30, bob.pk: 5, emil.pk: 3}
