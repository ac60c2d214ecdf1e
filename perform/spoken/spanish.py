"""How Spanish says what is written in digits and symbols: neutral Latin American."""

import re
from datetime import date
from functools import cache

from num2words import num2words

from perform.spoken import dates
from perform.spoken.amounts import LEFT, Rule, Words, alone, beside_numbers
from perform.spoken.cards import Cards

CARDS = Cards(
    ranks=(
        "As", "Dos", "Tres", "Cuatro", "Cinco", "Seis", "Siete", "Ocho", "Nueve", "Diez",
        "Jota", "Reina", "Rey",
    ),
    suits={"S": "Picas", "H": "Corazones", "D": "Diamantes", "C": "Tréboles"},
    of="de",
    letters=re.compile(r"\b([AJQK])(?= (?i:de (?:picas|corazones|diamantes|tréboles))\b)"),
)  # fmt: skip
SIGNS = (
    "Aries", "Tauro", "Géminis", "Cáncer", "Leo", "Virgo",
    "Libra", "Escorpio", "Sagitario", "Capricornio", "Acuario", "Piscis",
)  # fmt: skip
MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
MASCULINE = (
    "año", "años", "día", "días", "minuto", "minutos", "segundo", "segundos", "mes", "meses",
    "metro", "metros", "peso", "pesos", "grado", "grados", "siglo", "siglos", "paso", "pasos",
)  # fmt: skip
FEMININE = (
    "hora", "horas", "semana", "semanas", "noche", "noches", "vez", "veces", "carta", "cartas",
    "persona", "personas", "libra", "libras", "milla", "millas", "palabra", "palabras", "vida", "vidas",
)  # fmt: skip
WHOLE = re.compile(r"[1-9]\d{0,2}(?:(?:,\d{3})+|(?:\.\d{3})+)(?!\d)|\d*")


def split(number: str) -> tuple[str, str, str]:
    """Both marks are met: 1,000 and 1.000 are a thousand, 3.5 and 3,5 are read with the mark as written."""
    whole = WHOLE.match(number)
    assert whole
    rest = number[whole.end() :]
    return re.sub(r"\D", "", whole[0]), "coma" if rest.startswith(",") else "punto", rest[1:]


def agree(words: str, noun: str) -> str:
    """Veintiún días and una hora; doscientas libras."""
    if noun in FEMININE:
        return re.sub(r"uno$", "una", re.sub(r"cientos\b", "cientas", words))
    return re.sub(r"uno$", "un", re.sub(r"veintiuno$", "veintiún", words))


WORDS = Words(
    language="es",
    number=r"(?:(?:[1-9]\d{0,2}(?:,\d{3})+(?!\d)|[1-9]\d{0,2}(?:\.\d{3})+(?!\d)|\d+)(?:[.,]\d+)?|\.\d+)",
    split=split,
    agree=agree,
    minus="menos",
    percent="por ciento",
    to="a",
    by="por",
    number_sign=r"#|№ ?|\b[Nn](?:\.?[ºo°]\.?|úm\.) ?",
    number_word="número",
    and_half="y medio",
    currencies={
        "$": ("dólar", "dólares", "centavo", "centavos"),
        "€": ("euro", "euros", "céntimo", "céntimos"),
        "£": ("libra", "libras", "penique", "peniques"),
        "¥": ("yen", "yenes", "sen", "sen"),
    },
    and_cents="con",
    scales={
        "k": "mil", "K": "mil", "mil": "mil", "m": "millones de", "M": "millones de",
        "millón": "millón de", "millones": "millones de",
    },
    units={
        "°C": ("grado Celsius", "grados Celsius"), "°F": ("grado Fahrenheit", "grados Fahrenheit"),
        "°": ("grado", "grados"), "km": ("kilómetro", "kilómetros"), "cm": ("centímetro", "centímetros"),
        "mm": ("milímetro", "milímetros"), "kg": ("kilo", "kilos"),
        "km/h": ("kilómetro por hora", "kilómetros por hora"),
        "am": ("a. m.", "a. m."), "pm": ("p. m.", "p. m."),
        **{noun: (noun, noun) for noun in MASCULINE + FEMININE},
    },
    symbols={
        "&": "y", "@": "arroba", "%": "por ciento", "#": "almohadilla", "+": "más", "=": "igual a",
        "×": "por", "÷": "entre", "±": "más menos", "∞": "infinito", "√": "raíz cuadrada de", "π": "pi",
        "~": "unos", "°": "grados", "²": "al cuadrado", "³": "al cubo", "½": "un medio", "¼": "un cuarto",
        "¾": "tres cuartos", "$": "dólares", "€": "euros", "£": "libras", "¥": "yenes",
        "＜": "es menor que", "＞": "es mayor que",
    },
)  # fmt: skip


def ordinal(match: re.Match[str]) -> str:
    words = num2words(int(match[1]), lang="es", to="ordinal")
    words = re.sub(r"décimo(?=\w)", "decimo", words)
    words = words.replace("decimoprimero", "undécimo").replace("decimosegundo", "duodécimo")
    if match[2] == "er":
        return re.sub(r"(primer|tercer)o$", r"\1", words)
    return re.sub(r"o\b", "a", words) if match[2][-1] in "ªa" else words


def time(match: re.Match[str]) -> str:
    hour, minutes, half = match.groups()
    spoken = re.sub("uno$", "una", WORDS.cardinal(str(int(hour))))
    if minutes != "00":
        spoken += f" y {WORDS.cardinal(str(int(minutes)))}"
    elif not half:
        spoken += " en punto"
    return spoken + (f" {half[0].lower()}. m." if half else "")


def day(of: date) -> str:
    first = "primero" if of.day == 1 else WORDS.cardinal(str(of.day))
    return f"{first} de {MONTHS[of.month - 1]} de {WORDS.cardinal(str(of.year))}"


@cache
def rules(*, years: bool) -> tuple[Rule, ...]:
    """What to replace, in this order. Years are read as any number, so `years` makes no difference."""
    return (
        *dates.in_digits(day, orders=("dmy", "mdy")),
        (re.compile(rf"{LEFT}1(?= de (?:{'|'.join(MONTHS)})\b)"), "primero"),
        (dates.TIME, time),
        (re.compile(rf"{LEFT}([1-9]\d{{0,2}})\.?([ºª]|er|[rdtmvn][oa])(?!\w)"), ordinal),
        (re.compile(rf"{LEFT}(\d0)s\b"), r"\1"),
        *beside_numbers(WORDS),
        *alone(WORDS),
    )
