"""One key: one performance, one charge, one sound."""

import base64
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.idempotency import ABANDONED
from accounts.models import Attempt, Charge, User
from conftest import App
from perform import jobs, performances
from perform.models import Performance
from perform.tests.stage import charged, press
from thoughtvoice.double import Double

KEY = "press-0001"
pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_press_again_plays_the_same_sound_and_costs_nothing(as_alice: App, alice: User) -> None:
    first = press(as_alice, key=KEY)
    again = press(as_alice, key=KEY)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    for name in ("X-Performance-ID", "X-Voice-Source", "X-Text-Source", "Cache-Control"):
        assert again[name] == first[name]
    assert charged(alice) == len(first.json()["text"])
    assert Performance.objects.count() == Charge.objects.count() == 1


def test_a_replay_comes_as_mp3_where_that_is_asked_for(as_alice: App) -> None:
    first = press(as_alice, key=KEY)
    again = press(as_alice, key=KEY, mp3=True)
    assert again["Content-Type"] == "audio/mpeg"
    assert again.content == base64.b64decode(first.json()["audio_base64"])


def test_each_key_of_each_person_has_its_own_sound(as_alice: App, as_bob: App) -> None:
    presses = [(as_alice, KEY), (as_bob, KEY), (as_alice, "press-0002")]
    made = [press(app, key=key).json()["performance_id"] for app, key in presses]
    assert len(set(made)) == 3
    assert [press(app, key=key).json()["performance_id"] for app, key in presses] == made


def test_a_key_of_another_press_is_refused(as_alice: App, alice: User) -> None:
    press(as_alice, key=KEY)
    spent = charged(alice)
    other = press(as_alice, key=KEY, value="Ace of Spades")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert charged(alice) == spent


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"voice": "own"}, 409), ({"routine_type": "tea leaves"}, 400), ({"value": ""}, 400)],
)
def test_a_press_that_failed_leaves_its_key_free(as_alice: App, wrong: dict, status: int) -> None:
    assert press(as_alice, key=KEY, **wrong).status_code == status
    assert press(as_alice, key=KEY).status_code == 200


def test_while_the_first_runs_the_second_is_told_to_wait(as_alice: App, alice: User) -> None:
    press(as_alice, key=KEY)
    Attempt.objects.update(status=None)
    second = press(as_alice, key=KEY)
    assert (second.status_code, second.json()["code"]) == (409, "idempotency_in_flight")
    assert second.json()["retryable"]


def test_what_a_dead_worker_had_finished_is_played(as_alice: App, alice: User) -> None:
    first = press(as_alice, key=KEY)
    long_ago = timezone.now() - 2 * ABANDONED
    Attempt.objects.update(status=None, reference="", created_at=long_ago, claimed_at=long_ago)
    again = press(as_alice, key=KEY)
    assert again.json()["performance_id"] == first.json()["performance_id"]
    assert charged(alice) == len(first.json()["text"])
    assert press(as_alice, key=KEY)["Idempotency-Replayed"] == "true"


def test_what_a_dead_worker_had_begun_is_done_anew(as_alice: App, alice: User) -> None:
    first = press(as_alice, key=KEY)
    long_ago = timezone.now() - 2 * ABANDONED
    Attempt.objects.update(status=None, reference="", created_at=long_ago, claimed_at=long_ago)
    Performance.objects.update(state=Performance.State.RUNNING)
    Charge.objects.update(state=Charge.State.RELEASED)
    again = press(as_alice, key=KEY)
    assert again.json()["performance_id"] != first.json()["performance_id"]
    assert charged(alice) == len(again.json()["text"])


def test_a_sound_that_was_deleted_is_not_made_again_for_its_key(as_alice: App, alice: User) -> None:
    first = press(as_alice, key=KEY).json()
    assert as_alice.delete(f"/performances/{first['performance_id']}").status_code == 204
    assert press(as_alice, key=KEY).status_code == 404
    assert charged(alice) == len(first["text"])


def at_once(presses: list[Any]) -> list[Any]:
    """The answers of presses that begin together, each in a thread of its own."""
    ready, answers = threading.Barrier(len(presses)), []

    def run(act: Any) -> None:
        ready.wait()
        answers.append(act())
        connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_six_presses_at_once_with_one_key_are_one(with_gemini: Double, alice: User) -> None:
    apps = [App(alice) for _ in range(6)]
    answers = at_once([lambda app=app: press(app, key=KEY) for app in apps])
    good = [answer for answer in answers if answer.status_code == 200]
    waiting = [answer for answer in answers if answer.status_code == 409]
    assert len(good) + len(waiting) == 6
    assert len({answer.json()["audio_base64"] for answer in good}) == 1
    assert charged(alice) == len(good[0].json()["text"])
    assert Performance.objects.count() == 1
    assert [call.operation for call in with_gemini.workspace.calls].count("speak") == 1


def test_forty_presses_at_the_limit_never_pass_it(with_gemini: Double, alice: User, settings: Any) -> None:
    settings.CHAR_LIMIT, settings.CHAR_HARD_LIMIT = 900, 1000
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "perform": "1000/m"}
    settings.PERFORM_DEADLINE_SECONDS = 12
    with_gemini.reset()
    with_gemini.workspace.settings = type(with_gemini.workspace.settings)(concurrency=100)
    apps = [App(alice) for _ in range(40)]
    answers = at_once([lambda app=app: press(app) for app in apps])
    statuses = {answer.status_code for answer in answers}
    good = sum(answer.status_code == 200 for answer in answers)
    assert statuses <= {200, 402}
    assert good >= 1
    assert charged(alice) == sum(
        len(answer.json()["text"]) for answer in answers if answer.status_code == 200
    )
    assert charged(alice) <= 1000


def test_nothing_is_performed_for_a_performance_that_was_given_up(as_alice: App, alice: User) -> None:
    press(as_alice)
    performance = Performance.objects.get()
    assert not performances.give_up(performance, "abandoned")
    assert charged(alice) > 0


def test_stuck_performances_end_and_cost_nothing(as_alice: App, alice: User) -> None:
    press(as_alice)
    Charge.objects.update(state=Charge.State.HELD)
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Performance.objects.update(state=Performance.State.RUNNING, created_at=an_hour_ago)
    assert jobs.fail_stuck() == "1 stuck performances ended"
    assert Performance.objects.get().failure == "abandoned"
    assert charged(alice) == 0
