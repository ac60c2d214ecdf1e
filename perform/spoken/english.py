"""How English says what is written in digits and symbols."""

import re
from datetime import date
from functools import cache

from num2words import num2words

from perform.spoken import dates
from perform.spoken.amounts import LEFT, RIGHT, Rule, Words, alone, beside_numbers
from perform.spoken.cards import Cards

CARDS = Cards(
    ranks=(
        "Ace", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
        "Jack", "Queen", "King",
    ),
    suits={"S": "Spades", "H": "Hearts", "D": "Diamonds", "C": "Clubs"},
    of="of",
    letters=re.compile(r"\b([AJQK])(?= (?i:of (?:spades|hearts|diamonds|clubs))\b)"),
)  # fmt: skip
SIGNS = (
    "Aries", "Taurus", "Gemini", "Cancer", "Leo", "Virgo",
    "Libra", "Scorpio", "Sagittarius", "Capricorn", "Aquarius", "Pisces",
)  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH = "|".join(MONTHS)
ST = "(?:st|nd|rd|th)"
YEAR = r"([12]\d{3})"
BEFORE_A_YEAR = "in|since|until|till|from|of|by|before|after|around|about|circa|year|early|late"


def split(number: str) -> tuple[str, str, str]:
    whole, _, decimals = number.replace(",", "").partition(".")
    return whole, "point", decimals


WORDS = Words(
    language="en",
    number=r"(?:(?:[1-9]\d{0,2}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)",
    split=split,
    agree=lambda words, _: words,
    minus="minus",
    percent="percent",
    to="to",
    by="by",
    number_sign=r"#|№ ?|\bNo\. ?",
    number_word="number",
    and_half="and a half",
    currencies={
        "$": ("dollar", "dollars", "cent", "cents"),
        "€": ("euro", "euros", "cent", "cents"),
        "£": ("pound", "pounds", "penny", "pence"),
        "¥": ("yen", "yen", "sen", "sen"),
    },
    and_cents="and",
    scales={
        "k": "thousand", "K": "thousand", "thousand": "thousand", "m": "million", "M": "million",
        "million": "million", "B": "billion", "bn": "billion", "billion": "billion", "trillion": "trillion",
    },
    units={
        "°C": ("degree Celsius", "degrees Celsius"), "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
        "°": ("degree", "degrees"), "km": ("kilometre", "kilometres"), "cm": ("centimetre", "centimetres"),
        "mm": ("millimetre", "millimetres"), "kg": ("kilo", "kilos"),
        "mph": ("mile an hour", "miles an hour"), "km/h": ("kilometre an hour", "kilometres an hour"),
        "am": ("AM", "AM"), "pm": ("PM", "PM"),
    },
    symbols={
        "&": "and", "@": "at", "%": "percent", "#": "hashtag", "+": "plus", "=": "equals", "×": "times",
        "÷": "divided by", "±": "plus or minus", "∞": "infinity", "√": "square root of", "π": "pi",
        "~": "about", "°": "degrees", "²": "squared", "³": "cubed", "½": "one half", "¼": "one quarter",
        "¾": "three quarters", "$": "dollars", "€": "euros", "£": "pounds", "¥": "yen",
        "＜": "is less than", "＞": "is more than",
    },
)  # fmt: skip


def ordinal(number: str) -> str:
    return num2words(int(number.replace(",", "")), lang="en", to="ordinal").replace(",", "")


def year(number: str) -> str:
    """1987 nineteen eighty-seven, 1905 nineteen oh five, 1900 nineteen hundred, 2005 a cardinal."""
    century, rest = divmod(int(number), 100)
    if century % 10 == 0 and rest < 10:
        return WORDS.cardinal(number)
    if not rest:
        return f"{WORDS.cardinal(str(century))} hundred"
    oh = "oh " if rest < 10 else ""
    return f"{WORDS.cardinal(str(century))} {oh}{WORDS.cardinal(str(rest))}"


def decade(match: re.Match[str]) -> str:
    words = year(match[1]) if len(match[1]) == 4 else WORDS.cardinal(match[1])
    return words[:-1] + "ies" if words.endswith("y") else words + "s"


def time(match: re.Match[str]) -> str:
    hour, minutes, half = match.groups()
    spoken = WORDS.cardinal(str(int(hour)))
    if minutes != "00":
        spoken += f" oh {WORDS.cardinal(minutes[1])}" if minutes[0] == "0" else f" {WORDS.cardinal(minutes)}"
    elif not half:
        spoken += " o'clock" if int(hour) <= 12 else " hundred"
    return spoken + (f" {half[0].upper()}M" if half else "")


def day(of: date) -> str:
    return f"{MONTHS[of.month - 1]} {ordinal(str(of.day))}, {year(str(of.year))}"


def month_first(match: re.Match[str]) -> str:
    month, day, in_year = match.groups()
    return f"{month} {ordinal(day)}" + (f", {year(in_year)}" if in_year else "")


def day_first(match: re.Match[str]) -> str:
    day, month, in_year = match.groups()
    return f"the {ordinal(day)} of {month}" + (f", {year(in_year)}" if in_year else "")


@cache
def rules(*, years: bool) -> tuple[Rule, ...]:
    """What to replace, in this order. `years` takes every number of four digits for one."""
    in_year = rf"(?:,? {YEAR})?(?!\w|[.,:]\d)"
    before = "()" if years else rf"\b((?:{BEFORE_A_YEAR}|{MONTH}),? )"
    return (
        *dates.in_digits(day, orders=("mdy", "dmy")),
        (re.compile(rf"\b({MONTH}) (\d\d?){ST}?{in_year}"), month_first),
        (re.compile(rf"{LEFT}(?:the )?(\d\d?){ST}? (?:of )?({MONTH})\b{in_year}"), day_first),
        (dates.TIME, time),
        (re.compile(rf"{LEFT}{YEAR}[-–—]{YEAR}{RIGHT}"), lambda m: f"{year(m[1])} to {year(m[2])}"),
        (re.compile(r"(?<!\w)['’]?(\d0|[12]\d\d0)s\b"), decade),
        (
            re.compile(rf"{LEFT}(\d{{1,3}}(?:,\d{{3}}){{1,4}}|\d{{1,15}}){ST}\b", re.IGNORECASE),
            lambda m: ordinal(m[1]),
        ),
        *beside_numbers(WORDS),
        (re.compile(rf"{before}{LEFT}{YEAR}{RIGHT}", re.IGNORECASE), lambda m: m[1] + year(m[2])),
        *alone(WORDS),
    )
