"""The double keeps its promises, or every test that leans on it proves nothing."""

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from thoughtvoice.double import Double, Script, Settings, violations

KEY = {"xi-api-key": "k", "x-goog-api-key": "k"}
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n'
    b'--b\r\nContent-Disposition: form-data; name="labels"\r\n\r\n{"mark": "ours"}\r\n'
    b'--b\r\nContent-Disposition: form-data; name="files"; filename="1.flac"\r\n\r\n'
    b"fLaC\x00\r\n\x00\r\n--b--\r\n"
)
FORM_TYPE = {"Content-Type": "multipart/form-data; boundary=b"}


def ask(double: Double, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(double.url).netloc, timeout=2)
    data = body if isinstance(body, bytes) or body is None else json.dumps(body)
    try:
        connection.request(method, path, data, {**KEY, **headers})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def clone(double: Double) -> tuple[int, Any]:
    status, body = ask(double, "POST", "/v1/voices/add", FORM, **FORM_TYPE)
    return status, json.loads(body)


def speak(double: Double, voice_id: str, text: str = "Hello there, my friend.") -> tuple[int, bytes]:
    path = f"/v1/text-to-speech/{voice_id}/stream?output_format=pcm_24000"
    return ask(double, "POST", path, {"text": text})


def test_a_clone_is_kept_with_its_name_and_labels(double: Double) -> None:
    status, answer = clone(double)
    kept = double.workspace.voices[0]
    assert (status, answer["voice_id"]) == (200, kept.voice_id)
    assert (kept.name, kept.labels) == ("Ada", {"mark": "ours"})


def test_the_last_place_is_the_last(double: Double) -> None:
    double.reset(Settings(voice_limit=1))
    clone(double)
    status, answer = clone(double)
    assert (status, answer["detail"]["status"]) == (400, "voice_limit_reached")


def test_a_deletion_frees_a_place_but_gives_no_creation_back(double: Double) -> None:
    double.reset(Settings(voice_limit=1, creations_limit=2))
    for _ in range(2):
        _, answer = clone(double)
        ask(double, "DELETE", f"/v1/voices/{answer['voice_id']}")
    status, answer = clone(double)
    assert (status, answer["detail"]["status"]) == (400, "voice_add_edit_limit_reached")


def test_speech_is_as_long_as_the_text_asks_and_audible(double: Double) -> None:
    _, answer = clone(double)
    status, audio = speak(double, answer["voice_id"], "a" * 28)
    signal = np.frombuffer(audio, "<i2").astype(float)
    assert (status, signal.size) == (200, 48_000)
    assert 1_000 < np.sqrt(np.mean(signal**2)) < 10_000


def test_the_same_words_sound_the_same_and_another_voice_different(double: Double) -> None:
    first, second = clone(double)[1]["voice_id"], clone(double)[1]["voice_id"]
    assert speak(double, first) == speak(double, first)
    assert speak(double, first) != speak(double, second)


def test_mp3_is_mp3(double: Double) -> None:
    path = "/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb?output_format=mp3_24000_48"
    status, audio = ask(double, "POST", path, {"text": "Good evening."})
    assert (status, audio[0], audio[1] & 0xE0) == (200, 0xFF, 0xE0)


def test_one_speech_too_many_is_refused_until_another_ends(double: Double) -> None:
    double.reset(Settings(concurrency=1, speech_first_byte=0.1))
    answers: list[int] = []
    speakers = [
        threading.Thread(target=lambda: answers.append(speak(double, "JBFqnCBsd6RMkjVDRZzb")[0]))
        for _ in range(2)
    ]
    for speaker in speakers:
        speaker.start()
    for speaker in speakers:
        speaker.join()
    assert sorted(answers) == [200, 429]
    assert speak(double, "JBFqnCBsd6RMkjVDRZzb")[0] == 200


def test_pages_end_with_the_last_voice(double: Double) -> None:
    names = {double.workspace.add_by_hand(f"voice {number}").name for number in range(7)}
    found, token, pages = set(), "", 0
    while token is not None:
        tail = f"&next_page_token={token}" if token else ""
        page = json.loads(ask(double, "GET", f"/v2/voices?page_size=3&voice_type=non-default{tail}")[1])
        found |= {voice["name"] for voice in page["voices"]}
        token, pages = page["next_page_token"], pages + 1
    assert (found, pages) == (names, 3)


def test_search_looks_in_the_name(double: Double) -> None:
    for name in ("red", "green"):
        double.workspace.add_by_hand(name)
    page = json.loads(ask(double, "GET", "/v2/voices?search=RED&voice_type=non-default")[1])
    assert [voice["name"] for voice in page["voices"]] == ["red"]


def test_without_a_key_nothing_is_told(double: Double) -> None:
    status, body = ask(double, "GET", "/v1/voices", **{"xi-api-key": ""})
    assert (status, json.loads(body)["detail"]["code"]) == (401, "missing_api_key")


def test_one_voice_can_be_looked_at(double: Double) -> None:
    _, answer = clone(double)
    seen = json.loads(ask(double, "GET", f"/v1/voices/{answer['voice_id']}")[1])
    assert (seen["name"], seen["category"], seen["labels"]) == ("Ada", "cloned", {"mark": "ours"})


def test_models_tell_what_they_take_and_cost(double: Double) -> None:
    models = json.loads(ask(double, "GET", "/v1/models")[1])
    assert [model["model_id"] for model in models] == ["eleven_flash_v2_5", "eleven_multilingual_v2"]


def test_what_is_no_recording_makes_no_voice(double: Double) -> None:
    form = FORM.replace(b"fLaC", b"./sample.mp3")
    status, body = ask(double, "POST", "/v1/voices/add", form, **FORM_TYPE)
    assert (status, json.loads(body)["detail"]["status"]) == (400, "invalid_content")


def test_gemini_streams_the_same_text_as_events(double: Double) -> None:
    prompt = {"contents": [{"role": "user", "parts": [{"text": "<value-1>seven</value-1>"}]}]}
    config = {"generationConfig": {"thinkingConfig": {"thinkingLevel": "minimal"}}}
    path = "/v1/models/gemini-3.8-flash:streamGenerateContent?alt=sse"
    status, body = ask(double, "POST", path, prompt | config)
    events = [json.loads(line.removeprefix("data: ")) for line in body.decode().split("\r\n\r\n")[:-1]]
    candidates = [event["candidates"][0] for event in events]
    text = "".join(candidate["content"]["parts"][0]["text"] for candidate in candidates)
    assert (status, candidates[-1]["finishReason"]) == (200, "STOP")
    assert text.endswith("stayed in front of me was seven, bright.")


def test_a_model_that_thinks_its_tokens_away_writes_nothing(double: Double) -> None:
    prompt = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}
    path = "/v1/models/gemini-3.8-flash:generateContent"
    _, body = ask(double, "POST", path, prompt | {"generationConfig": {"maxOutputTokens": 100}})
    answer = json.loads(body)
    assert answer["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert answer["usageMetadata"]["thoughtsTokenCount"] == 400


def test_it_is_steered_and_read_from_outside(double: Double) -> None:
    ask(double, "POST", "/_double/reset", {"voice_limit": 4})
    ask(double, "POST", "/_double/voices", {"name": "by a colleague"})
    log = json.loads(ask(double, "GET", "/_double/log")[1])
    assert (log["settings"]["voice_limit"], log["events"][0]["event"]) == (4, "created_by_hand")


def test_a_fault_it_does_not_know_is_said(double: Double) -> None:
    double.script.add("list", "gremlins")
    assert ask(double, "GET", "/v1/voices")[0] == 501


@pytest.mark.parametrize(
    ("operation", "kind", "said"),
    [
        ("list", "no_such_thing", "list knows no fault “no_such_thing”. Choose among 429, 500, 503,"),
        ("list", "quota_per_day", "list knows no fault “quota_per_day”."),
        ("listen", "503", "There is no operation “listen”. Choose among *, clone, list,"),
        ("*", "no_such_thing", "* knows no fault"),
    ],
)
def test_a_fault_that_there_is_not_is_refused_with_those_that_there_are(
    double: Double, operation: str, kind: str, said: str
) -> None:
    status, body = ask(double, "POST", "/_double/faults", {"operation": operation, "kind": kind})
    assert (status, json.loads(body)["detail"].startswith(said)) == (400, True)
    assert ask(double, "GET", "/v1/voices")[0] == 200


@pytest.mark.parametrize("fault", ["list=no_such_thing", "listen=503", "list=503*often", "list"])
def test_the_shell_refuses_it_too(fault: str) -> None:
    command = [sys.executable, "-m", "thoughtvoice.double", "--port", "0", "--faults", "list=503", fault]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("operation", ["*", "clone", "write"])
def test_every_fault_that_is_offered_is_known(double: Double, operation: str) -> None:
    with pytest.raises(ValueError, match="Choose among") as refused:
        double.expect(operation, "")
    for kind in str(refused.value).partition("Choose among ")[2].rstrip(".").split(", "):
        double.expect(operation, kind)


def test_a_scripted_fault_meets_the_next_call_of_its_operation_only(double: Double) -> None:
    ask(double, "POST", "/_double/faults", {"operation": "list", "kind": "503", "count": 1})
    assert ask(double, "GET", "/v1/user/subscription")[0] == 200
    assert [ask(double, "GET", "/v1/voices")[0] for _ in range(2)] == [503, 200]


def test_a_lost_answer_leaves_the_voice_made(double: Double) -> None:
    double.script.add("clone", "drop", after=True)
    with pytest.raises(http.client.RemoteDisconnected):
        clone(double)
    assert [voice.name for voice in double.workspace.voices] == ["Ada"]


def test_a_refused_call_leaves_nothing_made(double: Double) -> None:
    double.script.add("clone", "html_502")
    with pytest.raises(json.JSONDecodeError):
        clone(double)
    assert double.workspace.voices == []


def test_a_speech_cut_off_still_ends_in_the_log(double: Double) -> None:
    double.script.add("speak", "drop_mid_body")
    with pytest.raises(http.client.IncompleteRead):
        speak(double, "JBFqnCBsd6RMkjVDRZzb")
    assert [entry["event"] for entry in double.workspace.events] == [
        "fault",
        "speech_started",
        "speech_ended",
    ]


def test_chance_is_the_same_for_the_same_seed() -> None:
    first, second = (Script(rate=0.5, seed=3) for _ in range(2))
    assert [first.take("speak") for _ in range(50)] == [second.take("speak") for _ in range(50)]


def test_the_audit_sees_a_voice_deleted_while_it_spoke(double: Double) -> None:
    voice = double.workspace.add("Ada", labels={})
    double.workspace.begin_speech(voice.voice_id, characters=5)
    double.workspace.delete(voice.voice_id)
    assert violations(double.workspace.events, voice_limit=10) == [
        f"voice {voice.voice_id} deleted while it spoke"
    ]


def test_the_audit_finds_nothing_in_a_decent_log(double: Double) -> None:
    _, answer = clone(double)
    speak(double, answer["voice_id"])
    ask(double, "DELETE", f"/v1/voices/{answer['voice_id']}")
    assert violations(double.workspace.events, voice_limit=1) == []


def test_a_piece_of_speech_does_not_wait_for_the_next(double: Double) -> None:
    double.reset(Settings(speech_pace=0.025))  # four seconds for each tenth of one
    voice = double.workspace.add("Ada", labels={})
    connection = http.client.HTTPConnection(urlsplit(double.url).netloc, timeout=20)
    path = f"/v1/text-to-speech/{voice.voice_id}/stream?output_format=pcm_24000"
    connection.request("POST", path, json.dumps({"text": "Hello there."}), KEY)
    began = time.monotonic()
    response = connection.getresponse()
    assert response.read1(1)
    assert time.monotonic() - began < 3
    response.close()
    connection.close()


def test_stopping_lets_go_of_a_hanging_caller() -> None:
    started = time.monotonic()
    with Double() as double:
        double.script.add("list", "hang")
        caller = socket.create_connection(("127.0.0.1", urlsplit(double.url).port), timeout=20)
        caller.sendall(b"GET /v1/voices HTTP/1.1\r\nHost: x\r\n\r\n")
        while not double.workspace.calls:
            time.sleep(0.005)
    assert caller.recv(100) == b""
    caller.close()
    assert time.monotonic() - started < 10


def test_it_starts_from_the_shell_and_says_where_it_is() -> None:
    command = [sys.executable, "-m", "thoughtvoice.double", "--port", "0", "--faults", "list=503*2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        url = process.stdout.readline().strip().removeprefix("ELEVENLABS_BASE_URL=")
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
        connection.request("GET", "/v1/voices", headers=KEY)
        assert connection.getresponse().status == 503
        connection.close()
        process.terminate()
    assert process.returncode == 0
