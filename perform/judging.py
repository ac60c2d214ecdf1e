"""Whether a generated thought is fit to be spoken; that it holds the value is fidelity's to say."""

import re
import unicodedata

from perform.writers.base import LONGEST, ROOM_AROUND_A_VALUE, SHORTEST, Language

WORDS_THAT_TELL = 8
"""A text of so many words beside the value shows its language; shorter ones get the benefit of the doubt."""

# Words of both languages are left out: a, no, me, he, has, son, once …
ENGLISH = """
    the and of to in is it you your yours that this these those with for from on at by be been being was
    were are am not but or as if so an my mine his her hers their there they them we us our she him what
    which who when where why how will would can could should must may might have had having do does did just
    only even still into over under behind between around through about like than then now never always
    every each something someone somewhere everything everyone nothing nobody keep keeps see feel know think
    thing let its it's i'm i've you're don't can't isn't that's there's i because before after again too
    very up down out off one
"""
SPANISH = """
    el la los las un una unos unas de del al y e o que en es son está están ser estar era eres soy fue por
    para con como su sus tu tus mi mis te se lo le les nos yo tú él ella ello esto eso esta este ese esa
    pero porque cuando donde dónde qué quién cómo cuál muy más menos ya aún sí hay haber ha han hace hacia
    desde hasta entre sobre bajo tras sin ni algo alguien nada nadie todo toda todos todas cada otra otro
    ahí aquí allí veo siento sé creo pienso va voy vas tiene tienes quiero quieres puedo puedes
"""
FUNCTION_WORDS = {"en": frozenset(ENGLISH.split()), "es": frozenset(SPANISH.split())}

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SPANISH_LETTERS = re.compile(r"[ñáéíóú]")

PAIRS = {'"': '"', "“": "”", "«": "»", "„": "“", "'": "'", "‘": "’"}
LIST = re.compile(r"[\r\n\u2028]|^\s*(?:[-*•·–—]|\d{1,2}[.)])\s")
MARKUP = re.compile(r"\*\*|__|`|</?\w|^\s*#|\*\w[^*]*\*|\]\(|[{}\[\]]|&\w+;|\\n")
META = re.compile(
    r"""^\W*(?:
        here(?:['’]s|\ is|\ are)\b
        | (?:sure|certainly|absolutely|okay|ok|of\ course|got\ it)(?:\ thing)?\s*[,.:!]
        | as\ an?\ (?:ai|language)\b
        | i(?:['’]m|\ am)\ (?:sorry|an?\ ai|unable)\b
        | i\ (?:can['’]?t|cannot)\ (?:help|assist|comply)
        | aquí\ (?:tienes|está|va|tiene)\b
        | (?:claro|por\ supuesto|desde\ luego|vale|entendido)(?:\ que\ sí)?\s*[,.:!]
        | como\ (?:una?\ )?(?:ia|inteligencia|modelo)\b
        | lo\ siento,?
        | no\ puedo\ (?:ayudar|cumplir)
        | (?:(?:the|your|a)\ )?(?:thought|text|output|response|answer)\ ?:
        | (?:(?:el|la|tu|un)\ )?(?:pensamiento|texto|respuesta|mensaje)\ ?:
    )
    | \b(?:language\ model|ai\ (?:assistant|model)|modelo\ de\ lenguaje|inteligencia\ artificial)\b
    | \b\d+\ (?:characters|caracteres)\b""",
    re.VERBOSE | re.IGNORECASE,
)
ENDING = re.compile(r"(?:iendo|ando|ing|ies|ed|ly|es|os|as|ar|er|ir|s|y|o|a|e)$")
SHORTEST_STEM = 3


def problems(
    text: str, *, language: Language, value: str = "", topic: str = "", tolerance: int = 20
) -> list[str]:
    """What is wrong with a thought, as codes; none is good.

    `language`, `too_short`, `too_long` (characters beyond 80–120 by more than `tolerance`; a long value
    makes room for itself), `topic_named`, `list` (bullets or line breaks), `quoted` (as a whole), `meta`
    (talk about the task), `markup`. The value is not held against the text, whatever it contains.
    """
    own = without(value, text)
    longest = max(LONGEST, len(value) + ROOM_AROUND_A_VALUE)
    found = {
        "language": is_foreign(own, language),
        "too_short": len(text) < SHORTEST - tolerance,
        "too_long": len(text) > longest + tolerance,
        "topic_named": names(topic, own),
        "list": LIST.search(own.strip(" ")) is not None,
        "quoted": is_quoted(text),
        "meta": META.search(own) is not None,
        "markup": MARKUP.search(own) is not None,
    }
    return [code for code, wrong in found.items() if wrong]


def without(value: str, text: str) -> str:
    """The text with an ellipsis in place of the value, in whatever case it is written."""
    return re.sub(re.escape(value), "…", text, flags=re.IGNORECASE) if value.strip() else text


def is_foreign(text: str, language: Language) -> bool:
    heard = language_of(text)
    return heard != language if heard else len(WORD.findall(text)) >= WORDS_THAT_TELL


def language_of(text: str) -> Language | None:
    """By its function words; None where they are too few or too mixed to tell."""
    words = [word.replace("’", "'") for word in WORD.findall(unicodedata.normalize("NFC", text).lower())]
    english = sum(word in FUNCTION_WORDS["en"] for word in words)
    spanish = sum(word in FUNCTION_WORDS["es"] or bool(SPANISH_LETTERS.search(word)) for word in words)
    spanish += text.count("¿") + text.count("¡")
    if max(english, spanish) < 2 or max(english, spanish) < 2 * min(english, spanish):
        return None
    return "en" if english > spanish else "es"


def names(topic: str, text: str) -> bool:
    """Whether half of the topic's content words stand in the text, in any inflection."""
    wanted, said = _stems(topic), _stems(text)
    return bool(wanted) and 2 * len(wanted & said) >= len(wanted)


def _stems(text: str) -> set[str]:
    words = {word for word in WORD.findall(_bare(text)) if len(word) >= SHORTEST_STEM}
    return {_stem(word) for word in words - FUNCTION_WORDS["en"] - FUNCTION_WORDS["es"]}


def _stem(word: str) -> str:
    stem = ENDING.sub("", word)
    stem = stem if len(stem) >= SHORTEST_STEM else word
    return re.sub(r"(.)\1$", r"\1", stem)


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")


def is_quoted(text: str) -> bool:
    """Whether one pair of quotation marks holds the whole text."""
    text = text.strip().rstrip(".")
    closing = PAIRS.get(text[:1])
    return closing is not None and text.find(closing, 1) == len(text) - 1
