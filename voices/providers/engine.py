"""Run espeak.py on one text and play its samples at our rate, as they arrive.

espeak-ng is GPL-3: it runs in that program's process and is never imported into ours.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np
import soxr
from numpy.typing import NDArray

from voices.providers.base import SAMPLE_RATE, BadSpeech, ProviderBusy, ProviderError, ProviderRefused
from voices.providers.manner import Manner

Samples = NDArray[np.float32]

PROGRAM = Path(__file__).with_name("espeak.py")
PROGRAM_RATE = 22_050
UNUSABLE = 2
LIBRARY = "libespeak-ng.dylib" if sys.platform == "darwin" else "libespeak-ng.so"
BLOCK = 65_536
AUDIBLE = 0.003
LEAD = SAMPLE_RATE // 20
KNEE = 0.8


def speak(text: str, manner: Manner, *, deadline: float) -> Iterator[bytes]:
    """Yield s16le mono at SAMPLE_RATE; leaving the iterator in any way ends the program.

    Raises, out of iteration: BadSpeech, ProviderBusy, ProviderError, ProviderRefused, OSError.
    """
    with closing(_synthesised(text, manner, deadline)) as chunks:
        yield from _audible(_played(chunks, manner))


def _synthesised(text: str, manner: Manner, deadline: float) -> Generator[bytes, None, None]:
    """The request and the complaints are files, so that neither side waits for the other over them."""
    folder = _library_folder()
    with TemporaryFile() as request, TemporaryFile() as complaints:
        request.write(json.dumps(_request(text, manner, folder, deadline)).encode())
        request.seek(0)
        with _started(request, complaints, folder) as process:
            try:
                yield from _read(process, deadline)
                _finish(process, complaints, deadline)
            finally:
                process.kill()


def _library_folder() -> Path:
    spec = find_spec("espeakng_loader")  # finds the package without running any of it
    folder = Path(spec.origin).parent if spec and spec.origin else None
    if folder is None or not (folder / LIBRARY).is_file():
        raise ProviderRefused("The offline voice is not installed here: pip install espeakng-loader.")
    return folder


def _request(text: str, manner: Manner, folder: Path, deadline: float) -> dict[str, Any]:
    return {
        "library": str(folder / LIBRARY),
        "voice": manner.voice,
        "pitch": manner.pitch,
        "range": manner.range,
        "rate": manner.rate,
        "text": _plain(text),
        "seconds": _left(deadline),
    }


def _plain(text: str) -> str:
    """Without control characters: NUL would end the text, and U+0001 begins a command to espeak-ng."""
    return "".join(" " if ord(sign) < 32 or 127 <= ord(sign) < 160 else sign for sign in text)


def _left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise ProviderBusy("The offline voice did not finish in time.")
    return seconds


def _started(request: IO[bytes], complaints: IO[bytes], folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-S", str(PROGRAM)],
        stdin=request,
        stdout=subprocess.PIPE,
        stderr=complaints,
        cwd=folder,
        env={},
        bufsize=0,
    )


def _read(process: subprocess.Popen[bytes], deadline: float) -> Iterator[bytes]:
    assert process.stdout
    output = process.stdout.fileno()
    ready = select.poll()
    ready.register(output, select.POLLIN)
    while True:
        if not ready.poll(_left(deadline) * 1000):
            continue
        chunk = os.read(output, BLOCK)
        if not chunk:
            return
        yield chunk


def _finish(process: subprocess.Popen[bytes], complaints: IO[bytes], deadline: float) -> None:
    try:
        status = process.wait(timeout=_left(deadline))
    except subprocess.TimeoutExpired:
        status = -signal.SIGALRM
    if status == 0:
        return
    if status == -signal.SIGALRM:
        raise ProviderBusy("The offline voice did not finish in time.")
    complaints.seek(0)
    reason = RuntimeError(complaints.read(1000).decode(errors="replace").strip())
    if status == UNUSABLE:
        raise ProviderRefused("The offline voice does not run here: reinstall espeakng-loader.") from reason
    raise ProviderError("The offline voice stopped.") from reason


def _played(chunks: Iterator[bytes], manner: Manner) -> Iterator[Samples]:
    stream = soxr.ResampleStream(PROGRAM_RATE * manner.speed, SAMPLE_RATE, 1, dtype="float32")
    scale = np.float32(manner.gain / 32_768)
    rest = b""
    for chunk in chunks:
        whole = rest + chunk
        even = len(whole) & ~1
        rest = whole[even:]
        yield stream.resample_chunk(np.frombuffer(whole[:even], "<i2") * scale)
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)


def _audible(blocks: Iterator[Samples]) -> Iterator[bytes]:
    """PCM from LEAD samples before the first audible one: the same bytes however they were cut in blocks.

    Raises: BadSpeech, where nothing is audible.
    """
    lead = np.zeros(0, np.float32)
    for block in blocks:
        lead = np.concatenate([lead, block])
        loud = np.flatnonzero(np.abs(lead) > AUDIBLE)
        if len(loud):
            yield _pcm(lead[max(loud[0] - LEAD, 0) :])
            break
        lead = lead[-LEAD:]
    else:
        raise BadSpeech("There is nothing to speak in this text.")
    yield from (_pcm(block) for block in blocks if len(block))


def _pcm(samples: Samples) -> bytes:
    """16 bits; what would pass full scale is bent below it."""
    size = np.abs(samples)
    bent = KNEE + (1 - KNEE) * np.tanh((size - KNEE) / (1 - KNEE))
    limited = np.where(size > KNEE, np.copysign(bent, samples), samples)
    return np.round(limited * 32_767).astype("<i2").tobytes()
