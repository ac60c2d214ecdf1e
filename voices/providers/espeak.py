"""Speak one text with espeak-ng: a program of its own, run by its file path and never imported.

espeak-ng is GPL-3 and keeps its state in globals, so each text gets a fresh process. It is started in the
folder that holds the library and `espeak-ng-data`, because the library cuts long data paths at 160 bytes.

Standard input: one JSON object {library, voice, text, pitch 0-99, range 0-100, rate in words a minute,
seconds}. Standard output: s16le mono at 22 050 Hz, written as it is synthesised. After `seconds` the
process ends itself, whatever its parent does. Failures: a sentence on standard error and exit status 1,
or 2 where the library or the voice is not usable on this machine.
"""

import ctypes
import json
import signal
import sys

SAMPLE_RATE = 22_050
BUFFER_MS = 60
UNUSABLE = 2
SYNCHRONOUS = 2
DONT_EXIT = 0x8000
POS_CHARACTER = 1
CHARS_UTF8 = 1
RATE, PITCH, RANGE = 1, 3, 4

Heard = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


def main() -> None:
    request = json.load(sys.stdin.buffer)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, request["seconds"])
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    engine = opened(request["library"])
    choose(engine, request["voice"])
    for parameter, name in ((RATE, "rate"), (PITCH, "pitch"), (RANGE, "range")):
        engine.espeak_SetParameter(parameter, request[name], 0)
    synthesise(engine, request["text"].encode("utf-8", "replace"))


def opened(library: str) -> ctypes.CDLL:
    try:
        engine = ctypes.CDLL(library)
    except OSError as problem:
        raise unusable(f"espeak-ng cannot be loaded: {problem}") from None
    if engine.espeak_Initialize(SYNCHRONOUS, BUFFER_MS, b".", DONT_EXIT) != SAMPLE_RATE:
        raise unusable("espeak-ng does not find its data beside the library")
    engine.espeak_ng_SetRandSeed(
        ctypes.c_long(1)
    )  # or else the clock seeds it and speech varies by the second
    return engine


def choose(engine: ctypes.CDLL, voice: str) -> None:
    if engine.espeak_SetVoiceByName(voice.encode()):
        raise unusable(f"espeak-ng has no voice {voice}")


def synthesise(engine: ctypes.CDLL, text: bytes) -> None:
    """Without the SSML and phoneme flags, so that nothing in the text is markup."""
    callback = Heard(write)
    engine.espeak_SetSynthCallback(callback)
    size = ctypes.c_size_t(len(text) + 1)
    if engine.espeak_Synth(text, size, 0, POS_CHARACTER, 0, CHARS_UTF8, None, None):
        sys.exit("espeak-ng did not synthesise the text")


def write(samples: int | None, count: int, _events: int | None) -> int:
    if samples and count:
        sys.stdout.buffer.write(ctypes.string_at(samples, count * 2))
        sys.stdout.buffer.flush()
    return 0


def unusable(sentence: str) -> SystemExit:
    sys.stderr.write(sentence)
    return SystemExit(UNUSABLE)


if __name__ == "__main__":
    main()
