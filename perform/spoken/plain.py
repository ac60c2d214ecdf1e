"""Text that holds nothing a provider could obey and nothing that cannot be said."""

import re
import unicodedata

MARKS_KEPT = 2
UNSAID = {"Cc", "Cf", "Co", "Cs", "Cn"}
BRACKETS = str.maketrans({"<": " ", ">": " ", "[": "(", "]": ")"})
COMPARISON = re.compile(r"(?<=\d )([<>])(?= -?\d)")
LESS_AND_MORE = {"<": "\N{FULLWIDTH LESS-THAN SIGN}", ">": "\N{FULLWIDTH GREATER-THAN SIGN}"}


def plain(text: str) -> str:
    """Composed, without control, format and unassigned characters, tags (SSML or [audio]) and piles of marks.

    The signs of a comparison (3 < 5) are kept as their full-width twins, which no provider parses.
    """
    text = COMPARISON.sub(lambda sign: LESS_AND_MORE[sign[1]], unicodedata.normalize("NFC", text))
    text = re.sub(r"[^\S ]", " ", text.translate(BRACKETS))
    said = (character for character in text if unicodedata.category(character) not in UNSAID)
    return _with_few_marks("".join(said))


def _with_few_marks(text: str) -> str:
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= MARKS_KEPT:
            kept.append(character)
    return "".join(kept)


def without_symbols(text: str, *, keep: str, named: bool) -> str:
    """Drop emoji and other pictures, but not those of `keep`: they stay, or are called by their name."""

    def say(symbol: re.Match[str]) -> str:
        if symbol[0] not in keep:
            return " "
        return f" {unicodedata.name(symbol[0], '').lower()} " if named else symbol[0]

    return SYMBOL.sub(say, text)


SYMBOL = re.compile("[\\u2190-\\u21ff\\u2300-\\u2bff\\u3297-\\u3299\\ufe0e\\ufe0f\\U0001f000-\\U0001faff©®™]")


def tidy(text: str) -> str:
    """Single spaces, none before a full stop or comma."""
    return re.sub(r" +([.,;:!?…)])", r"\1", re.sub(r" {2,}", " ", text)).strip()
