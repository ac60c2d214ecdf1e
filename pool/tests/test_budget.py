from datetime import timedelta

import pytest
from django.utils import timezone

from pool import budget
from pool.models import Account, Build
from pool.tests.factories import make_voice

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(settings) -> Account:
    """60 of 65 creations are used, 5 are kept for first clones."""
    settings.POOL_CREATION_RESERVE = 5
    account = Account.objects.get(name="default")
    account.creations_limit, account.creations_used, account.polled_at = 65, 60, timezone.now()
    account.save()
    return account


def made_before(voice) -> None:
    """The voice had a clone last week."""
    then = timezone.now() - timedelta(days=7)
    account = Account.objects.get(name="default")
    Build.objects.create(
        account=account, voice=voice, user=voice.user, first=True, started_at=then, outcome=Build.Outcome.MADE
    )


def test_a_first_clone_may_use_the_reserve(account) -> None:
    assert budget.spend(account, make_voice(), now=timezone.now()).first
    assert budget.budget(account).left == 4


def test_a_rebuild_may_not(account) -> None:
    voice = make_voice()
    made_before(voice)
    with pytest.raises(budget.CreationsSpent) as spent:
        budget.spend(account, voice, now=timezone.now())
    assert "Voices that are ready go on" in spent.value.detail
    assert budget.budget(account).used == 60


def test_when_all_are_spent_nobody_is_cloned(account) -> None:
    for _ in range(5):
        budget.spend(account, make_voice(), now=timezone.now())
    with pytest.raises(budget.CreationsSpent):
        budget.spend(account, make_voice(), now=timezone.now())


def test_a_creation_that_was_not_made_is_given_back(account) -> None:
    build = budget.spend(account, make_voice(), now=timezone.now())
    budget.finish(build, Build.Outcome.NOT_MADE, now=timezone.now())
    assert budget.budget(account).left == 5


def test_a_creation_whose_outcome_is_unknown_counts(account) -> None:
    build = budget.spend(account, make_voice(), now=timezone.now())
    budget.finish(build, Build.Outcome.UNKNOWN, now=timezone.now())
    assert budget.budget(account).left == 4


def test_one_user_cannot_spend_it_all(account, settings) -> None:
    settings.POOL_BUILDS_A_DAY = 2
    voice = make_voice()
    account.creations_used = 0
    account.save()
    for _ in range(2):
        build = budget.spend(account, voice, now=timezone.now())
        budget.finish(build, Build.Outcome.MADE, now=timezone.now())
    with pytest.raises(budget.TooManyBuilds) as too_many:
        budget.spend(account, voice, now=timezone.now())
    assert too_many.value.retry_after == 3600
    assert str(too_many.value) == "Try again tomorrow."
    assert budget.spend(account, make_voice(), now=timezone.now())
    assert budget.spend(account, voice, now=timezone.now() + timedelta(days=1))


def test_a_creation_that_was_refused_says_why_and_when(account, settings) -> None:
    settings.POOL_BUILDS_A_DAY = 0
    now = timezone.now()
    with pytest.raises(budget.TooManyBuilds):
        budget.spend(account, make_voice(), now=now)
    build = Build.objects.get()
    assert (build.outcome, build.failure) == (Build.Outcome.NOT_MADE, "too_many_builds")
    for instant in (build.started_at, build.finished_at):
        assert abs(instant - now) < timedelta(milliseconds=1)


def test_a_clone_is_the_first_until_one_was_made() -> None:
    account, voice = Account.objects.get(name="default"), make_voice()
    failed = budget.spend(account, voice, now=timezone.now())
    budget.finish(failed, Build.Outcome.NOT_MADE, now=timezone.now())
    made = budget.spend(account, voice, now=timezone.now())
    assert made.first
    budget.finish(made, Build.Outcome.MADE, now=timezone.now())
    assert not budget.spend(account, voice, now=timezone.now()).first


def test_a_provider_without_a_limit_sets_none() -> None:
    account = Account.objects.get(name="default")
    budget.spend(account, make_voice(), now=timezone.now())
    assert budget.budget(account).left is None
