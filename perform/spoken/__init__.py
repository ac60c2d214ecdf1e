"""The spoken form of a text: what a voice provider is given in place of the text that is shown."""

from perform.spoken import cards, english, signs, spanish
from perform.spoken.plain import plain, tidy, without_symbols
from perform.writers.base import Language

LANGUAGES = {"en": english, "es": spanish}


def spoken_form(text: str, *, language: Language, routine: str = "", value: str = "") -> str:
    """Cards, numbers, dates, amounts and symbols of `text` in words; plain words stay as they are.

    Markup that a provider could obey becomes harmless, and so do invisible characters. Words that mix
    letters and digits (Se7en, U2) are left to the provider, which reads them better than a rule. Emoji
    are dropped as decoration; those of the value are called by their name in English and left to the
    provider in Spanish, which has no names for them in Unicode.
    """
    words = LANGUAGES[language]
    spoken = plain(text)
    spoken = cards.read(spoken, words.CARDS, value=plain(value) if routine == "cards" else "")
    spoken = signs.read(spoken, words.SIGNS)
    for pattern, say in words.rules(years=routine in {"years", "movies"}):
        spoken = pattern.sub(say, spoken)
    spoken = without_symbols(spoken, keep=value, named=language == "en")
    return spoken if spoken == text else tidy(spoken)
