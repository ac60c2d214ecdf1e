from io import StringIO

import pytest
from django.core.management import call_command

from thoughtvoice.checks import (
    every_job_can_be_run,
    keys_are_sent_over_tls_alone,
    nobody_stands_in,
    nothing_is_left_from_debugging,
    processes_share_a_cache,
    the_queue_keeps_its_promises,
)
from thoughtvoice.schedules import JOBS, Job


@pytest.mark.parametrize(
    ("processes", "redis", "debug", "found"),
    [
        ("2", "", True, ["thoughtvoice.E001"]),
        ("2", "", False, ["thoughtvoice.E001"]),
        ("2", "redis://host", False, []),
        ("1", "", False, ["thoughtvoice.I001"]),
        ("", "", False, ["thoughtvoice.I001"]),
        ("1", "", True, []),
        ("1", "redis://host", False, []),
    ],
)
def test_several_processes_need_one_cache(settings, monkeypatch, processes, redis, debug, found) -> None:
    settings.REDIS_URL, settings.DEBUG = redis, debug
    monkeypatch.setenv("WEB_CONCURRENCY", processes)
    assert [message.id for message in processes_share_a_cache()] == found


def test_an_audience_that_may_hear_a_recording_is_warned_of(settings) -> None:
    assert nothing_is_left_from_debugging() == []
    settings.ALLOW_SAMPLE_FALLBACK = True
    assert [message.id for message in nothing_is_left_from_debugging()] == ["thoughtvoice.W001"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("", []),
        ("https://proxy.example.org/el", []),
        ("http://127.0.0.1:8090", []),
        ("http://proxy.example.org", ["thoughtvoice.W002"]),
    ],
)
def test_a_key_that_would_be_sent_in_the_clear_is_warned_of(settings, url: str, found: list[str]) -> None:
    settings.ELEVENLABS_BASE_URL = url
    assert [message.id for message in keys_are_sent_over_tls_alone()] == found


@pytest.mark.parametrize(
    ("voice", "writer", "said"),
    [
        ("", "", ["ELEVENLABS_API_KEY is not set: a robot", "GEMINI_API_KEY is not set: thoughts"]),
        ("a-key", "", ["GEMINI_API_KEY is not set: thoughts"]),
        ("", "a-key", ["ELEVENLABS_API_KEY is not set: a robot"]),
        ("a-key", "a-key", []),
    ],
)
def test_an_audience_that_would_hear_an_understudy_is_warned_of(settings, voice, writer, said) -> None:
    settings.PROVIDER_ACCOUNTS, settings.GEMINI_API_KEY = {"default": voice}, writer
    found = nobody_stands_in()
    assert {message.id for message in found} <= {"thoughtvoice.W003"}
    assert all(message.msg.startswith(part) for message, part in zip(found, said, strict=True))


def test_only_a_deployment_is_warned_of_it() -> None:
    from django.core.checks.registry import registry  # noqa: PLC0415

    assert nobody_stands_in in registry.get_checks(include_deployment_checks=True)
    assert nobody_stands_in not in registry.get_checks()


def test_checks_ask_no_database_which_is_not_there_before_the_first_migrate() -> None:
    call_command("check", stdout=StringIO())


def test_the_checks_are_run_by_manage_py_check() -> None:
    from django.core.checks.registry import registry  # noqa: PLC0415

    assert {nothing_is_left_from_debugging, processes_share_a_cache} <= set(registry.get_checks())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"timeout": None}, ["no timeout"]),
        ({"retry": 120}, ["second time"]),
        ({"timeout": 170}, ["outlive its lease"]),
        ({"catch_up": True}, ["missed run"]),
        ({"workers": 0}, ["number of workers"]),
        ({"max_attempts": 0}, ["repeated for ever"]),
        ({"ack_failures": False}, ["stays in the queue"]),
        ({"recycle": 0}, ["memory"]),
        ({"save_limit": 0}, ["is kept"]),
        ({"sync": True}, ["inside the request"]),
        ({"orm": None, "redis": {}}, ["queued elsewhere"]),
        ({"scheduler": False}, ["No schedule"]),
    ],
)
def test_a_queue_that_would_lose_or_repeat_jobs_is_refused(settings, change, said) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, **change}
    found = [message.msg for message in the_queue_keeps_its_promises()]
    assert len(found) == len(said)
    assert all(part in message for part, message in zip(said, found, strict=True))


def test_a_job_that_is_no_function_or_there_twice_is_refused(monkeypatch) -> None:
    monkeypatch.setattr("thoughtvoice.schedules.JOBS", [*JOBS, Job(JOBS[0].name, "pool.jobs.gone", 0)])
    assert [message.id for message in every_job_can_be_run()] == ["thoughtvoice.E003"] * 3
