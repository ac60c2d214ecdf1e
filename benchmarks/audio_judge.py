"""What the judge accepts and rejects: real speech, spoilt in known ways.

    python -m benchmarks.audio_judge

Noise, babble or music at 20 dB and more under the voice should pass, at 10 dB and less it should not.
"""

from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.results import keep
from voices.decoding import RATE, Limits, Recording, Samples, decode
from voices.intake import listen
from voices.quality import Measurements, Thresholds, measure, problems
from voices.tests import sounds

Case = tuple[str, bool, Samples]
"""What was done, whether it should be accepted, the sound."""

SECONDS = 24.0

UNDER: dict[str, Callable[[str], Samples]] = {
    "white noise": lambda name: sounds.noise(sounds.spoken(name, seconds=SECONDS)),
    "babble": lambda name: babble(name),
    "music": lambda name: sounds.music(),
}


def babble(name: str) -> Samples:
    """All other voices at once, each four times over."""
    others = [sounds.spoken(other) for other in sounds.NAMES if other != name]
    size = min(len(other) for other in others)
    return sum(np.roll(other[:size], turn * size // 5) / other.std() for other in others for turn in range(4))


def through(samples: Samples, form: str) -> Samples:
    return decode(sounds.encoded(samples, form), limits=Limits(min_seconds=1, max_bytes=1 << 26)).samples


def spoilt(name: str) -> Iterator[Case]:
    voice = sounds.spoken(name, seconds=SECONDS)
    yield "clean", True, voice
    for form in ("m4a", "mp3 of a telephone", "webm of a browser"):
        yield f"clean, {form}", True, through(voice, form)
    yield "20 dB quieter", True, voice * np.float32(0.1)
    for kind, other in UNDER.items():
        for db in (30, 20, 10, 5, 0):
            yield f"{kind} at {db} dB", db >= 20, sounds.over(voice, other(name), db=db)
    yield "clipped 0.1 %", True, sounds.clipped(voice, 0.001)
    for percent in (2, 5, 10):
        cut = sounds.clipped(voice, percent / 100)
        yield f"clipped {percent} %", False, cut
        yield f"clipped {percent} %, m4a", False, through(cut, "m4a")
        yield f"clipped {percent} %, opus", False, through(cut, "ogg opus")
    yield "60 % pauses", False, sounds.with_pauses(voice, 0.6)
    yield "80 % pauses", False, sounds.with_pauses(voice, 0.8)


def voiceless() -> Iterator[Case]:
    for seed in range(3):
        yield "music only", False, sounds.music(seed=seed)
    for hz in (110, 440, 3000):
        yield "tone", False, sounds.tone(hz=hz)
    hiss = sounds.noise(sounds.tone())
    yield "noise only", False, hiss * np.float32(0.1)
    yield "noise only", False, (np.cumsum(hiss) * 1e-4).astype(np.float32)
    yield "silence", False, np.zeros(35 * RATE, np.float32)
    yield "babble only", False, (0.05 * babble("")).astype(np.float32)


def judged(samples: Samples) -> tuple[Measurements, list[str]]:
    recording = Recording(
        samples=samples, container="", codec="", source_rate=RATE, source_channels=1, bad_packets=0
    )
    ear = listen(samples)
    found = measure(recording, low=ear.low, likely=ear.likely)
    return found, [p.code for p in problems(found, Thresholds()) if p.severity == "reject"]


def run() -> dict[str, dict]:
    rows: dict[str, dict] = {}
    cases = [*voiceless(), *(case for name in sounds.NAMES for case in spoilt(name))]
    for what, good, samples in cases:
        found, rejected = judged(samples)
        row = rows.setdefault(what, {"good": good, "files": 0, "wrong": 0, "reasons": [], "found": []})
        row["files"] += 1
        row["wrong"] += good == bool(rejected)
        row["reasons"] += rejected
        row["found"].append(found)
    return rows


def report(rows: dict[str, dict]) -> dict:
    print(f"{'':24}{'speech':>7}{'SNR':>6}{'WADA':>6}{'clip %':>7}{'level':>7}{'score':>6}  wrong")
    for what, row in rows.items():
        shown = [np.median([getattr(each, name) for each in row["found"]]) for name in FIGURES]
        figures = "{:7.2f}{:6.1f}{:6.1f}{:7.2f}{:7.1f}{:6.0f}".format(*shown[:3], 100 * shown[3], *shown[4:])
        print(f"{what:24}{figures}  {row['wrong']}/{row['files']} {sorted(set(row['reasons']))}")
    false = {
        good: (
            sum(row["wrong"] for row in rows.values() if row["good"] is good),
            sum(row["files"] for row in rows.values() if row["good"] is good),
        )
        for good in (True, False)
    }
    print(
        f"false rejects {false[True][0]}/{false[True][1]}, false accepts {false[False][0]}/{false[False][1]}"
    )
    wrong = {what: [row["wrong"], row["files"]] for what, row in rows.items()}
    return {"false_rejects": false[True], "false_accepts": false[False], "wrong": wrong}


FIGURES = ("speech_share", "snr_db", "wada_db", "clip_share", "level_db", "score")

if __name__ == "__main__":
    keep(__file__, report(run()))
