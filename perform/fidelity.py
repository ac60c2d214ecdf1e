"""Whether a text carries a value: the one place that says so, for every writer."""

import unicodedata

SIGNS = "-\N{MINUS SIGN}"
INSIDE_NUMBERS = ".,:'\N{RIGHT SINGLE QUOTATION MARK}"
JOINERS = "_\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def holds_once(value: str, text: str) -> bool:
    return occurrences(value, text) == 1


def occurrences(value: str, text: str) -> int:
    """How often `value` stands in `text` as a whole expression; a blank value never does.

    Equal are: composed and decomposed characters, upper and lower case, any two runs of whitespace.
    Whole is what neither touches a letter, digit, mark or joiner nor is part of a longer number:
    7 is not in 37, 7.5 or -7, "art" is not in "heart", and a full stop is not in "the end.".
    """
    value, text = comparable(value), comparable(text)
    if not value:
        return 0
    count, start = 0, text.find(value)
    while start >= 0:
        count += _stands_alone(text, start, start + len(value))
        start = text.find(value, start + 1)
    return count


def comparable(text: str) -> str:
    folded = unicodedata.normalize("NFD", text).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    if _in_word(before[-1:]) or _in_word(after[:1]):
        return False
    if text[start].isdecimal() and (_is_signed(before) or _continues_number(before)):
        return False
    return not (text[end - 1].isdecimal() and _continues_number(after[::-1]))


def _in_word(character: str) -> bool:
    if not character:
        return False
    return character in JOINERS + SKIN_TONES or unicodedata.category(character)[0] in "LMN"


def _is_signed(before: str) -> bool:
    """Two characters such as ' -', but not the hyphen of 'B-'."""
    return before[-1:] != "" and before[-1] in SIGNS and not _in_word(before[:-1])


def _continues_number(pair: str) -> bool:
    """A digit and then a separator, read towards the number."""
    return len(pair) == 2 and pair[0].isdecimal() and pair[1] in INSIDE_NUMBERS
