"""How soon a performance is heard, and what the product itself adds, through gunicorn on the double.

The double writes in 1.0 s (first token after 0.4 s) and speaks after 0.3 s at four times real time, or at real time.
- naive: the same two SDKs one after the other, as a first script does it: the whole text, then the whole sound
  (as PCM: the double paces mp3 by its bytes, three times too fast)
- ideal: the writer's time and the first byte of speech, and nothing else
"""

import base64
import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from elevenlabs.client import ElevenLabs  # noqa: E402
from google import genai  # noqa: E402
from google.genai import types  # noqa: E402

from benchmarks.results import keep  # noqa: E402
from deploy import servers  # noqa: E402
from thoughtvoice.processes import start, stop  # noqa: E402

WRITING, FIRST_BYTE, PACE = 1.0, 0.3, 4.0
IDEAL = WRITING + FIRST_BYTE
VOICE = "EXAVITQu4vr4xnSDxMaL"
RECORDING = ROOT / "voices" / "recordings" / "en_f_allison_1.flac"
WEB, DOUBLE = int(os.environ.get("PORT", "18181")), int(os.environ.get("DOUBLE_PORT", "18182"))
DOUBLE_URL = f"http://127.0.0.1:{DOUBLE}"
WISH = {"routine_type": "cards", "value": "Queen of Hearts", "voice": "own"}
PASSWORD = "seven bright candles"  # noqa: S105
WEB_OPTIONS = f"--config deploy/gunicorn.py --bind 127.0.0.1:{WEB} --threads 256 --graceful-timeout 2"
WEB_COMMAND = [sys.executable, "-m", "gunicorn", *WEB_OPTIONS.split()]
SECRETS = ("SECRET_KEY", "JWT_SIGNING_KEY", "SAMPLE_KEYS", "METRICS_TOKEN")
USERS = 8
"""Fewer than places: every voice is resident once it has performed."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)):
        users = [account(number) for number in range(USERS)]
        found = {
            "first_audio_s": first_audio(users[0]),
            "overhead_of_50_in_flight_ms": overhead(users, in_flight=50, rounds=4),
            "replay_ms": replay(users[0]),
        }
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), pace=1.0):
        print("the same with speech at real time:")
        users = [account(number) for number in range(USERS)]
        found["overhead_of_50_in_flight_at_real_time_ms"] = overhead(users, in_flight=50, rounds=3)
    keep(__file__, found)


def first_audio(access: str) -> dict[str, float]:
    press(access)  # opens the connections
    naively = naive()
    naively()
    script = statistics.median(naively() for _ in range(3))
    ours = statistics.median(press(access)[0] for _ in range(5))
    print(f"first audio: {ours:.3f} s; naive {script:.3f} s; ideal {IDEAL:.3f} s")
    print(
        f"  to the naive script {ours / script:.2f} (at most 0.60), to the ideal {ours / IDEAL:.2f} (at most 1.10)"
    )
    return {"ours": ours, "naive": script, "ideal": IDEAL}


def overhead(users: list[str], *, in_flight: int, rounds: int) -> dict[str, float]:
    """What is added to writer and speech while so many perform, each at a moment of their own; beside it what
    machine, double and listeners add by themselves, with nothing of ours between them."""
    found: dict[str, float] = {}
    for name, act in (("bare", bare), ("", press)):
        times = performed(users, in_flight=in_flight, rounds=rounds, act=act)
        added = sorted((first - IDEAL) * 1000 for first, _ in times)
        found |= {f"{name}p50": statistics.median(added), f"{name}p99": added[int(0.99 * len(added))]}
    print(
        f"added with {in_flight} in flight: p50 {found['p50']:.0f} ms (at most 15), p99 {found['p99']:.0f} ms "
        f"(at most 50); without the product p50 {found['barep50']:.0f} ms, p99 {found['barep99']:.0f} ms"
    )
    return found


def replay(access: str) -> dict[str, float]:
    key = os.urandom(8).hex()
    press(access, key=key)
    times = sorted(press(access, key=key)[1] * 1000 for _ in range(20))
    p50, worst = statistics.median(times), times[-1]
    print(f"cached replay: p50 {p50:.0f} ms, worst {worst:.0f} ms (at most 50)")
    return {"p50": p50, "worst": worst}


Act = Callable[[str], tuple[float, float]]


def performed(
    users: list[str], *, in_flight: int, rounds: int, act: Act | None = None
) -> list[tuple[float, float]]:
    """The times of all: so many perform again and again, begun evenly over the length of one performance."""
    act = act or press
    alone = act(users[0])[1]
    times: SimpleQueue[tuple[float, float]] = SimpleQueue()

    def run(number: int) -> None:
        time.sleep(alone * number / in_flight)
        for _ in range(rounds):
            times.put(act(users[number % len(users)]))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(in_flight)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = in_flight * rounds - times.qsize()
    assert not failed, f"{failed} performances failed"
    return [times.get() for _ in range(in_flight * rounds)]


def press(access: str, *, key: str = "") -> tuple[float, float]:
    """Seconds to the first sound and to the last."""
    headers = {"Authorization": f"Bearer {access}", "Accept": "audio/mpeg"}
    if key:
        headers["Idempotency-Key"] = key
    with closing(http.client.HTTPConnection("127.0.0.1", WEB, timeout=60)) as client:
        began = time.monotonic()
        client.request("POST", "/perform", json.dumps(WISH), {**headers, "Content-Type": "application/json"})
        with closing(client.getresponse()) as answer:
            answer.read1(1)
            first = time.monotonic() - began
            rest = answer.read()
        assert answer.status == 200, rest
        assert len(rest) > 10_000
        return first, time.monotonic() - began


def bare(_: str) -> tuple[float, float]:
    """As `press`, of the two services asked by hand, one after the other."""
    prompt = {"contents": [{"parts": [{"text": "<value>Queen of Hearts</value>"}]}]}
    headers = {"x-goog-api-key": "a-key", "xi-api-key": "a-key", "Content-Type": "application/json"}
    write = "/v1/models/gemini-3.5-flash-lite:streamGenerateContent?alt=sse"
    speak = f"/v1/text-to-speech/{VOICE}/stream?output_format=pcm_24000"
    with closing(http.client.HTTPConnection("127.0.0.1", DOUBLE, timeout=60)) as client:
        began = time.monotonic()
        client.request("POST", write, json.dumps(prompt), headers)
        pieces = client.getresponse().read().decode().split("data: ")[1:]
        text = "".join(json.loads(each)["candidates"][0]["content"]["parts"][0]["text"] for each in pieces)
        client.request("POST", speak, json.dumps({"text": text, "model_id": "eleven_flash_v2_5"}), headers)
        with closing(client.getresponse()) as answer:
            assert answer.status == 200
            answer.read1(1)
            first = time.monotonic() - began
            answer.read()
        return first, time.monotonic() - began


def naive() -> Callable[[], float]:
    """Seconds until there is sound to be played, with both SDKs as their own pages show them."""
    writer = genai.Client(api_key="a-key", http_options=types.HttpOptions(base_url=DOUBLE_URL))
    voices = ElevenLabs(api_key="a-key", base_url=DOUBLE_URL)
    off = types.ThinkingConfig(thinking_level=types.ThinkingLevel.MINIMAL)

    def run() -> float:
        began = time.monotonic()
        text = writer.models.generate_content(
            model="gemini-3.5-flash-lite",
            contents="<value>Queen of Hearts</value>",
            config=types.GenerateContentConfig(thinking_config=off),
        ).text
        assert text
        b"".join(
            voices.text_to_speech.stream(
                VOICE, text=text, model_id="eleven_flash_v2_5", output_format="pcm_24000"
            )
        )
        return time.monotonic() - began

    return run


def account(number: int) -> str:
    """The access token of a new user whose voice is resident."""
    told = call(
        "/auth/register",
        {
            "username": f"user{number}",
            "email": f"user{number}@example.org",
            "password": PASSWORD,
            "activationCode": CODES.pop(),
        },
    )
    access = str(told["access"])
    recording = base64.b64encode(RECORDING.read_bytes()).decode()
    call(
        "/user/voice", {"audio_base64": recording, "mime_type": "audio/flac", "consent": True}, access=access
    )
    press(access)
    return access


CODES: list[str] = []


def call(path: str, body: dict[str, Any], *, access: str = "") -> Any:
    headers = {"Content-Type": "application/json"}
    if access:
        headers["Authorization"] = f"Bearer {access}"
    with closing(http.client.HTTPConnection("127.0.0.1", WEB, timeout=60)) as client:
        client.request("POST", path, json.dumps(body), headers)
        answer = client.getresponse()
        told = json.loads(answer.read())
        assert answer.status == 201, told
        return told


@contextmanager
def served(folder: Path, *, pace: float = PACE) -> Iterator[dict[str, int]]:
    """The double and gunicorn, on a database of their own; their process ids. As in production there are two
    web processes for each core, which needs Redis; where there is none, one."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    with ExitStack() as stack:
        try:
            shared = {
                "REDIS_URL": stack.enter_context(servers.redis_server()),
                "WEB_CONCURRENCY": str(2 * (os.cpu_count() or 1)),
            }
        except servers.Unavailable as reason:
            print(f"One web process only. {reason}")
            shared = {}
        yield stack.enter_context(_served(folder, prepared(folder) | shared, pace=pace))


@contextmanager
def _served(folder: Path, env: dict[str, str], *, pace: float) -> Iterator[dict[str, int]]:
    with (
        running("double", double_command(pace), folder, env) as double,
        running("web", WEB_COMMAND, folder, env) as web,
    ):
        wait_for_answer()
        yield {"double": double, "web": web}


def prepared(folder: Path) -> dict[str, str]:
    """The environment of a migrated database, whose activation codes are in CODES."""
    env = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "MEDIA_ROOT": f"{folder}/media",
        "ELEVENLABS_API_KEY": "a-key",
        "ELEVENLABS_BASE_URL": DOUBLE_URL,
        "ELEVENLABS_DEFAULT_VOICE_ID": VOICE,
        "ELEVENLABS_CONCURRENCY": "1000",
        "GEMINI_API_KEY": "a-key",
        "GOOGLE_GEMINI_BASE_URL": DOUBLE_URL,
        **{name: f"only for this benchmark {uuid4()}" for name in SECRETS},
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "0",
        "CHAR_LIMIT": "10000000",
        "CHAR_HARD_LIMIT": "10000000",
        "PERFORM_DEADLINE_SECONDS": "25",
        "RATE_LIMIT_PERFORM": "100000/m",
        "RATE_LIMIT_REGISTER": "1000/h",
        "LOG_LEVEL": "ERROR",
    }
    run = [sys.executable, "manage.py"]
    subprocess.run([*run, "migrate", "-v0"], cwd=ROOT, env=env, check=True)  # noqa: S603
    issued = subprocess.run(  # noqa: S603
        [*run, "issuecodes", str(USERS)], cwd=ROOT, env=env, check=True, capture_output=True
    )
    CODES.extend(issued.stdout.decode().split())
    return env


def double_command(pace: float) -> list[str]:
    plan = {
        "port": DOUBLE,
        "concurrency": 1000,
        "writing-first-token": 0.4,
        "writing-total": WRITING,
        "speech-first-byte": FIRST_BYTE,
        "speech-pace": pace,
    }
    return [
        sys.executable,
        "-m",
        "thoughtvoice.double",
        *(f"--{name}={value}" for name, value in plan.items()),
    ]


@contextmanager
def running(name: str, command: list[str], folder: Path, env: dict[str, str]) -> Iterator[int]:
    child = start(name, command, log=folder / f"{name}.log", cwd=ROOT, env=env)
    try:
        yield child.process.pid
    finally:
        stop([child])


def wait_for_answer() -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", WEB, timeout=5)) as client:
                client.request("GET", "/health")
                client.getresponse().read()
                return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("gunicorn did not answer")


if __name__ == "__main__":
    main()
