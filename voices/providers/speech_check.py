"""Is this speech? Asked of raw audio while it arrives, because a provider's 200 promises nothing."""

from collections.abc import Iterable, Iterator

import numpy as np

from voices.providers.base import SAMPLE_RATE, BadSpeech

LETTERS_PER_SECOND = 25
"""Nobody is understood at this pace (common speech: 12–15): less audio than that is cut off."""

SECONDS_PER_CHARACTER = 0.35
SECONDS_OF_GRACE = 10
"""More than this for the text is not this text."""

FIRST_BYTES = 2_400
"""50 ms of speech: whether a sound is audible is asked of so much, and an mp3 begins with 40 ms."""
MOST_BYTES = 48_000
"""A second of speech."""

LEADING_SILENCE_SECONDS = 3
AUDIBLE = 330
"""Peak of the quietest chunk that counts as sound: −40 dB of full scale."""

NOISE_LOUDNESS = 10_000
NOISE_LIKENESS = 0.25
"""Root mean square above which, and likeness of neighbouring samples below which, it is noise. Speech is
quieter (−20 dB is about 3,300) and smoother (above 0.8); compressed or shifted bytes are neither.
"""


def checked(pieces: Iterable[bytes], *, text: str) -> Iterator[bytes]:
    """Pass on s16le mono at SAMPLE_RATE in whole samples, from the first audible chunk on.

    Silence before that is held back, so that nothing at all comes of a silent stream. Raises: BadSpeech.
    """
    count, silence, heard = 0, b"", False
    for chunk in _growing(_whole_samples(pieces)):
        _refuse_other_formats(chunk, first=count == 0)
        _refuse_noise(chunk)
        count += len(chunk) // 2
        _refuse_endless(count, text)
        heard = heard or _audible(chunk)
        if heard:
            yield silence + chunk
            silence = b""
        else:
            silence += chunk
            _refuse_long(silence)
    if not heard or count < shortest(text):
        raise BadSpeech("The voice service sent silence, or too little for the text.")


def _growing(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces: the first soon, later ones no longer than all before, so that who plays
    them never waits for one, and nobody works eighty times for one sentence."""
    held, passed = bytearray(), 0
    for piece in pieces:
        held += piece
        if len(held) >= min(max(passed, FIRST_BYTES), MOST_BYTES):
            passed += len(held)
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def shortest(text: str) -> int:
    """Samples below which the text cannot have been spoken to its end."""
    letters = sum(character.isalnum() for character in text)
    return int(max(letters / LETTERS_PER_SECOND, 0.15) * SAMPLE_RATE)


def longest(text: str) -> int:
    """Samples above which it is something else than the text."""
    return int((SECONDS_OF_GRACE + len(text) * SECONDS_PER_CHARACTER) * SAMPLE_RATE)


def _whole_samples(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        data = rest + piece
        whole = len(data) - len(data) % 2
        rest = data[whole:]
        if whole:
            yield data[:whole]


def _refuse_other_formats(chunk: bytes, *, first: bool) -> None:
    begins = chunk[:64]
    written = begins.isascii() and begins.decode().isprintable()
    if first and (written or begins.startswith((b"RIFF", b"ID3", b"OggS"))):
        raise BadSpeech("The voice service sent something else than sound.")


def _refuse_noise(chunk: bytes) -> None:
    signal = np.frombuffer(chunk, "<i2").astype(np.float64)
    power = float(signal @ signal)
    if power > NOISE_LOUDNESS**2 * len(signal) and signal[1:] @ signal[:-1] < NOISE_LIKENESS * power:
        raise BadSpeech("The voice service sent noise.")


def _refuse_endless(count: int, text: str) -> None:
    if count > longest(text):
        raise BadSpeech("The voice service does not stop speaking.")


def _refuse_long(silence: bytes) -> None:
    if len(silence) > LEADING_SILENCE_SECONDS * SAMPLE_RATE * 2:
        raise BadSpeech("The voice service sent silence.")


def _audible(chunk: bytes) -> bool:
    return int(np.max(np.abs(np.frombuffer(chunk, "<i2").astype(np.int32)))) >= AUDIBLE
