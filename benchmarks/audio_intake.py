"""Our whole path from upload to judged sample, against what is usually done with one.

    python -m benchmarks.audio_intake

The others need an ffmpeg (`imageio-ffmpeg` has one) and `ffmpeg-normalize`, and are left out without them. All
take turns in one run; figures are medians, and the ratios of processor time are what counts
on a machine that others use.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

try:
    import ffmpeg_normalize
    import imageio_ffmpeg
except ImportError as missing:
    print(f"NOT COMPARED with others: {missing} (make bench installs it)", file=sys.stderr)
    ffmpeg_normalize = imageio_ffmpeg = None

import pydub
import pydub.silence

from benchmarks.results import keep
from voices.decoding import Limits, decode
from voices.fingerprint import fingerprint
from voices.intake import listen, picture, prepare
from voices.normalising import digests, encode_flac, normalise
from voices.quality import Thresholds, measure
from voices.speech import spans
from voices.tests.sounds import encoded, spoken

ROUNDS = 5
SECONDS = 45
LOUDNORM = "loudnorm=I=-20:TP=-3:LRA=11"

Way = Callable[[Path], object]


def ours(file: Path) -> object:
    return prepare(file.read_bytes(), limits=Limits(), thresholds=Thresholds())


def pydub_ways(ffmpeg: str) -> dict[str, Way]:
    sounds, silence = pydub.AudioSegment, pydub.silence
    sounds.converter = ffmpeg

    def short(file: Path) -> object:
        """Decode, one channel, one rate, trimmed by its silence detector, gain by RMS, FLAC."""
        sound = sounds.from_file(file, codec="aac").set_channels(1).set_frame_rate(44_100)
        parts = silence.split_on_silence(sound, min_silence_len=1200, silence_thresh=-45, keep_silence=400)
        joined = sum(parts, sounds.empty()) if parts else sound
        level = joined.apply_gain(-20 - joined.dBFS)
        return level.export(tempfile.TemporaryFile(), format="flac")

    def with_high_pass(file: Path) -> object:
        """The same with rumble removed, which ours does too."""
        sound = sounds.from_file(file, codec="aac").set_channels(1).set_frame_rate(44_100)
        parts = silence.split_on_silence(
            sound.high_pass_filter(60), min_silence_len=1200, silence_thresh=-45, keep_silence=400
        )
        joined = sum(parts, sounds.empty()) if parts else sound
        return joined.apply_gain(-20 - joined.dBFS).export(tempfile.TemporaryFile(), format="flac")

    return {"pydub: decode, trim, gain, FLAC": short, "pydub, with high-pass": with_high_pass}


def two_passes(ffmpeg: str) -> Way:
    def run(file: Path) -> object:
        command = [ffmpeg, "-hide_banner", "-nostdin", "-i", str(file), "-ac", "1"]
        first = [*command, "-af", f"{LOUDNORM}:print_format=json", "-f", "null", "-"]
        said = subprocess.run(first, capture_output=True, text=True, check=True).stderr  # noqa: S603
        found = json.loads(said[said.rindex("{") : said.rindex("}") + 1])
        measured = ":".join(
            f"measured_{name}={found[f'input_{name.lower()}']}" for name in ("I", "TP", "LRA", "thresh")
        )
        second = [*command, "-af", f"{LOUDNORM}:{measured}", "-ar", "44100", "-f", "flac", "-"]
        return subprocess.run(second, capture_output=True, check=True)  # noqa: S603

    return run


def normalizer(ffmpeg: str) -> Way:
    """The library in this process, as its command would take a Python's start besides."""
    os.environ["FFMPEG_PATH"] = ffmpeg

    def run(file: Path) -> object:
        levelled = file.with_suffix(".flac")
        work = ffmpeg_normalize.FFmpegNormalize(
            target_level=-20,
            true_peak=-3,
            loudness_range_target=11,
            audio_codec="flac",
            audio_channels=1,
            sample_rate=44_100,
            extension="flac",
        )
        work.add_media_file(str(file), str(levelled))
        work.run_normalization()
        return levelled.read_bytes()

    return run


def others() -> dict[str, Way]:
    if not imageio_ffmpeg:
        return {}
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    return {
        "ffmpeg, loudnorm in two passes": two_passes(ffmpeg),
        "ffmpeg-normalize": normalizer(ffmpeg),
        **pydub_ways(ffmpeg),
    }


def cpu_seconds() -> float:
    """Of this process and of those it ran."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), cpu_seconds()
    work()
    return 1000 * (time.perf_counter() - wall), 1000 * (cpu_seconds() - cpu)


def compare(file: Path) -> dict[str, dict[str, float]]:
    ways = {"ours, judged and fingerprinted": ours, **others()}
    ours(file)
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            runs[name].append(timed(partial(way, file)))
    medians = {name: np.median(found, axis=0) for name, found in runs.items()}
    least = medians["ours, judged and fingerprinted"]
    print(f"\n{SECONDS} s of m4a, median of {ROUNDS}     wall ms  cpu ms   × ours (cpu)")
    for name, (wall, cpu) in medians.items():
        print(f"{name:36}{wall:8.0f}{cpu:8.0f}{cpu / least[1]:10.1f}")
    return {
        name: {"wall_ms": wall, "cpu_ms": cpu, "times_ours": cpu / least[1]}
        for name, (wall, cpu) in medians.items()
    }


def stages(data: bytes) -> dict[str, float]:
    """Where our time goes."""
    recording = decode(data, limits=Limits())
    ear = listen(recording.samples)
    speech = spans(ear.likely)
    pcm = normalise(ear.clean, speech)
    flac = encode_flac(pcm)
    work: dict[str, Callable[[], object]] = {
        "decode": lambda: decode(data, limits=Limits()),
        "filter, resample, detect speech": lambda: listen(recording.samples),
        "judge": lambda: measure(recording, low=ear.low, likely=ear.likely),
        "trim, level, limit": lambda: normalise(ear.clean, speech),
        "flac": lambda: encode_flac(pcm),
        "digests, picture": lambda: (digests(pcm, flac), picture(pcm)),
        "fingerprint": lambda: fingerprint(ear.low, ear.likely),
    }
    found = {name: statistics.median(timed(each)[1] for _ in range(ROUNDS)) for name, each in work.items()}
    print("\n" + "\n".join(f"{name:36}{cpu:16.0f}" for name, cpu in found.items()))
    return found


def cost_of_import() -> dict[str, float]:
    """What a process pays before its first upload."""
    code = (
        "import time; began = time.process_time(); import voices.intake; took = time.process_time() - began; "
        "print(took, open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    )
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    seconds, kilobytes = map(float, said.split())
    print(f"\nimport voices.intake: {1000 * seconds:.0f} ms cpu, process then {kilobytes / 1024:.0f} MB")
    return {"cpu_ms": 1000 * seconds, "rss_mb": kilobytes / 1024}


def run() -> dict:
    data = encoded(spoken(seconds=SECONDS), "m4a")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "upload.m4a"
        file.write_bytes(data)
        compared = compare(file)
    return {"compared": compared, "stages_cpu_ms": stages(data), "import": cost_of_import()}


if __name__ == "__main__":
    keep(__file__, run())
