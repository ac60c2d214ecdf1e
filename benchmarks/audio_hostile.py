"""A thousand broken and hostile files through the whole path: how each ended, at what cost.

    python -m benchmarks.audio_hostile

Prints the worst time and memory. An ending other than a sample or a refusal is a traceback.
"""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.results import keep
from voices.decoding import Limits
from voices.intake import prepare
from voices.quality import Thresholds
from voices.rejection import SampleRejected
from voices.tests import hostile
from voices.tests.sounds import FORMATS, file_of

MUTANTS_OF_EACH = 48
LIMITS = Limits(min_seconds=1.0)
MAX = LIMITS.max_bytes


def files() -> Iterator[tuple[str, bytes]]:
    yield "opus of nothing", hostile.opus_of_nothing(MAX // 2)[:MAX]
    yield "flac of silence", hostile.flac_of_silence(360_000)[:MAX]
    yield "mp3 at 8 kb/s", hostile.mp3_at_8_kbits(3000)[:MAX]
    yield "amr of nothing", hostile.amr_of_nothing(MAX - 10)
    yield "wav at 1 Hz", hostile.wav(bytes(32_000), rate=1)
    yield "wav of 32767 channels", hostile.wav(bytes(MAX - 100), channels=32_767)
    yield "wav at 192 kHz, 8 channels", hostile.wav(bytes(MAX - 100), rate=192_000, channels=8)
    yield "wav that claims ten hours", hostile.wav(bytes(88_200), claimed=0x7FFFFFF0)
    yield "zeros", bytes(MAX)
    yield "sync words", b"\xff\xfb\x90\x00" * (MAX // 4)
    for form in FORMATS:
        whole = file_of(form, seconds=2.0)
        for seed in range(MUTANTS_OF_EACH):
            yield form, hostile.mutated(whole, seed)


def ending(data: bytes) -> str:
    try:
        prepare(data, limits=LIMITS, thresholds=Thresholds(), deadline=time.monotonic() + 10)
    except SampleRejected as refused:
        return refused.reason
    return "prepared"


def memory_mb(name: str) -> float:
    """VmRSS now, or VmHWM: the most since `forget_peak`."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{name}:")[1].split()[0]) / 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def run() -> dict:
    prepare(file_of("m4a"), limits=LIMITS, thresholds=Thresholds())
    endings: Counter[str] = Counter()
    slowest, largest = ("", 0.0), ("", 0.0)
    for kind, data in files():
        forget_peak()
        began, held = time.process_time(), memory_mb("VmRSS")
        how = ending(data)
        took, grown = 1000 * (time.process_time() - began), memory_mb("VmHWM") - held
        slowest = max(slowest, (kind, took), key=lambda each: each[1])
        largest = max(largest, (kind, grown), key=lambda each: each[1])
        endings[how] += 1
        if kind not in FORMATS:
            print(f"{kind:28} {how:14} {took:7.0f} ms cpu {grown:6.0f} MB")
    print(f"{endings.total()} files: {dict(endings)}")
    print(f"worst {slowest[1]:.0f} ms cpu ({slowest[0]}), {largest[1]:.0f} MB ({largest[0]})")
    return {"endings": endings, "worst_cpu_ms": slowest[1], "worst_mb": largest[1]}


if __name__ == "__main__":
    keep(__file__, run())
