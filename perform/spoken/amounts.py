"""Numbers and what stands beside them: money, percent, degrees, units, ranges."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from num2words import num2words

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

SIGN = r"(?:(?<![^\s(\"'“‘«¿¡])[-−])?"
LEFT = r"(?<!\w)(?<!\d\.)"
RIGHT = r"(?!\w)(?!\.\d)"
FRACTIONS = {"1/2": "½", "1/4": "¼", "3/4": "¾"}
LONGEST = 15  # digits; more are read one by one, and so is what begins with a zero


@dataclass(frozen=True, kw_only=True)
class Words:
    """What one language says. `number` matches a number as it is written there, without its sign.

    `split` takes such a number apart: digits before the decimal mark, word for the mark, digits after.
    `agree` fits a number in words to the noun after it. Pairs are one and many; currencies have four:
    one, many, and the same of the hundredth part. `number_sign` is a pattern for # and its like.
    """

    language: str
    number: str
    split: Callable[[str], tuple[str, str, str]]
    agree: Callable[[str, str], str]
    minus: str
    percent: str
    to: str
    by: str
    number_sign: str
    number_word: str
    and_half: str
    currencies: Mapping[str, tuple[str, str, str, str]]
    and_cents: str
    scales: Mapping[str, str]
    units: Mapping[str, tuple[str, str]]
    symbols: Mapping[str, str]

    def cardinal(self, digits: str) -> str:
        if len(digits) > LONGEST or (len(digits) > 1 and int(digits[0]) == 0):
            return self.one_by_one(digits)
        return num2words(int(digits), lang=self.language).replace(",", "")

    def one_by_one(self, digits: str) -> str:
        return " ".join(num2words(int(digit), lang=self.language) for digit in digits)

    def say(self, number: str) -> str:
        """A number as written, with or without a sign and decimals."""
        unsigned = number.lstrip("-−")
        whole, mark, decimals = self.split(unsigned)
        minus = f"{self.minus} " if unsigned != number else ""
        return (
            minus + self.cardinal(whole or "0") + (f" {mark} {self.one_by_one(decimals)}" if decimals else "")
        )

    def count(self, number: str, one: str, many: str) -> str:
        noun = one if number.lstrip("-−") == "1" else many
        return f"{self.agree(self.say(number), noun)} {noun}"

    def money(self, number: str, symbol: str, scale: str | None) -> str:
        one, many, cent, cents = self.currencies[symbol]
        whole, _, decimals = self.split(number.lstrip("-−"))
        if scale:
            return f"{self._scaled(number, self.scales[scale])} {many}"
        if len(decimals) != 2:
            return self.count(number, one, many)
        sign = number[: len(number) - len(number.lstrip("-−"))]
        amount = self.count(sign + whole, one, many)
        return amount + (
            f" {self.and_cents} {self.count(str(int(decimals)), cent, cents)}" if int(decimals) else ""
        )

    def _scaled(self, number: str, scale: str) -> str:
        word = "millón de" if number == "1" and scale == "millones de" else scale
        return f"{self.agree(self.say(number), word)} {word}"

    def range(self, low: str, high: str) -> str:
        """Two numbers joined by a dash: from–to where they look like it, else one after the other."""
        alike = len(low) == len(high) or max(len(low), len(high)) <= 3
        return f"{low} {self.to} {high}" if alike and int(low) < int(high) else f"{low} {high}"


def beside_numbers(words: Words) -> list[Rule]:
    number = f"({SIGN}{LEFT}{words.number})"
    symbol = f"([{re.escape(''.join(words.currencies))}])"
    scale = rf"(?: ?({_any(words.scales)}))?"
    unit = f"({_any(words.units)})"
    return [
        _rule(r"(?<![\w-])(\d+)[-–—](\d+)(?![\w-])", lambda m: words.range(m[1], m[2])),
        _rule(rf"(?:{words.number_sign})(?=\d)", f"{words.number_word} "),
        _rule(r"(?<=\d)½", f" {words.and_half}"),
        _rule("[²³½¼¾]", lambda m: f" {words.symbols[m[0]]} "),
        _rule(rf"{LEFT}(1/2|1/4|3/4)(?![\d/])", lambda m: words.symbols[FRACTIONS[m[1]]]),
        _rule(
            rf"({SIGN}){symbol} ?({words.number}){scale}{RIGHT}",
            lambda m: words.money(m[1] + m[3], m[2], m[4]),
        ),
        _rule(rf"{number} ?{symbol}{RIGHT}", lambda m: words.money(m[1], m[2], None)),
        _rule(rf"{number} ?%", lambda m: f"{words.say(m[1])} {words.percent}"),
        _rule(rf"{number} ?{unit}{RIGHT}", lambda m: words.count(m[1], *words.units[m[2]])),
    ]


def alone(words: Words) -> list[Rule]:
    return [
        _rule(r"(?<=\w)#(?!\w)", " sharp"),
        _rule(r"(?<=\d) ?\* ?(?=\d)", " × "),
        _rule(r"(?<=\d) ?x ?(?=\d)", f" {words.by} "),
        _rule(r"(?<=\d) [-−] (?=\d)", f" {words.minus} "),
        _rule(r"(?<=\d)[-–—/:](?=\d)", " "),
        _rule(f"{SIGN}{LEFT}{words.number}{RIGHT}", lambda m: words.say(m[0])),
        _rule(r"(?<=\d)\.(?=\d)", " "),
        _rule(r"(?<!\w)\d+(?!\w)", lambda m: words.cardinal(m[0])),
        _rule(f"[{re.escape(''.join(words.symbols))}]", lambda m: f" {words.symbols[m[0]]} "),
    ]


def _any(keys: Mapping[str, object]) -> str:
    return "|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True))


def _rule(pattern: str, say: str | Callable[[re.Match[str]], str]) -> Rule:
    return re.compile(pattern), say
