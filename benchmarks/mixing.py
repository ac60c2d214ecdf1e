"""What mixing and encoding a thought costs, streamed; beside it pydub's overlay of the whole, not exported.

Run: python -m benchmarks.mixing
"""

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.results import keep
from perform.beds import BEDS, make
from perform.encoding import Mp3Encoder
from perform.mixing import AudioSegment, Mixer
from voices.providers.base import SAMPLE_RATE

SECONDS = 7
CHUNK = 4096


def cost(work: Callable[[], object], *, runs: int = 7) -> float:
    """Milliseconds of processor time, the best of some runs."""

    def once() -> float:
        start = time.process_time()
        work()
        return (time.process_time() - start) * 1000

    return min(once() for _ in range(runs))


def chunks(pcm: bytes) -> list[bytes]:
    return [pcm[i : i + CHUNK] for i in range(0, len(pcm), CHUNK)]


def mixed(pcm: bytes, bed: np.ndarray) -> bytes:
    mixer = Mixer(bed, 0.5)
    return b"".join([mixer.feed(chunk) for chunk in chunks(pcm)]) + mixer.finish()


def encoded(pcm: bytes) -> bytes:
    encoder = Mp3Encoder()
    return b"".join([encoder.feed(chunk) for chunk in chunks(pcm)]) + encoder.finish()


def overlaid(pcm: bytes, bed: np.ndarray) -> AudioSegment:
    def segment(data: bytes) -> AudioSegment:
        return AudioSegment(data, sample_width=2, frame_rate=SAMPLE_RATE, channels=1)

    return segment(pcm).overlay(segment(bed.astype("<i2").tobytes()) - 12, loop=True)


def main() -> None:
    noise = np.random.default_rng(1).standard_normal(SECONDS * SAMPLE_RATE)
    pcm, bed = (noise * 3000).astype("<i2").tobytes(), make("rain")
    mix, overlay, mp3 = (
        cost(lambda: mixed(pcm, bed)),
        cost(lambda: overlaid(pcm, bed)),
        cost(lambda: encoded(pcm)),
    )
    print(f"mix, streamed             {mix / SECONDS:6.2f} ms for each second of speech")
    print(f"mp3, streamed             {mp3 / SECONDS:6.2f} ms for each second of speech")
    print(
        f"mix : pydub overlay       {mix / overlay:6.2f}   (pydub: whole file, no fades, no ducking, clips)"
    )
    print(f"mix + mp3 : mp3           {(mix + mp3) / mp3:6.2f}")
    beds = {name: cost(partial(make, name), runs=3) for name in BEDS}
    for name, took in beds.items():
        print(f"make {name:<20} {took:6.0f} ms")
    keep(
        __file__,
        {
            "mix_ms_a_second": mix / SECONDS,
            "mp3_ms_a_second": mp3 / SECONDS,
            "mix_to_overlay": mix / overlay,
            "mix_and_mp3_to_mp3": (mix + mp3) / mp3,
            "make_ms": beds,
        },
    )


if __name__ == "__main__":
    main()
