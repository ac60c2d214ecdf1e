import pytest

from perform.judging import language_of, problems

ENGLISH = [
    (
        "37",
        "37 keeps circling back to you tonight, like a house you once knew by heart and never quite forgot.",
    ),
    (
        "37",
        "The number 37 keeps circling back to you tonight, like a house you once knew by heart and never forgot.",
    ),
    (
        "Queen of Hearts",
        "Behind your eyes the Queen of Hearts turns over slowly, red on white, and she will not look away.",
    ),
    (
        "Leo",
        "There is a quiet fire around you that only Leo carries, warm and proud even when nobody is watching it.",
    ),
    (
        "1987",
        "Something in you still lives in 1987; I can hear the radio, smell the rain, and see you at the window.",
    ),
    (
        "Casablanca",
        "A black and white airport, fog, a goodbye nobody wanted: it is Casablanca you are holding on to right now.",
    ),
    (
        "María",
        "Someone is close to this moment, and I keep hearing a soft voice saying María as though she were here.",
    ),
    (
        "heights",
        "Your hands know it before you do: the edge, the empty air, that old fear of heights pulling at your knees.",
    ),
    (
        "La La Land",
        "I keep hearing a piano in the dark, and two people dancing above a city; this has to be La La Land.",
    ),
    (
        "¿Qué pasa?",
        "I hear these words as clearly as if you had said them aloud to everyone in the room: ¿Qué pasa?",
    ),
    (
        "-5",
        "Cold numbers drift by and only one of them stays with me, well below zero, and I am certain it is -5.",
    ),
    (
        "<script>",
        "You typed it and you thought nobody would ever dare to say it out loud on a stage, but it is <script>.",
    ),
]

SPANISH = [
    (
        "37",
        "El número 37 vuelve a ti esta noche, como una casa que conociste de memoria y que nunca olvidaste del todo.",
    ),
    (
        "Reina de Corazones",
        "Detrás de tus ojos gira despacio la Reina de Corazones, roja sobre blanco, y no aparta la mirada.",
    ),
    (
        "Leo",
        "Hay en ti un fuego tranquilo que solo Leo lleva dentro, orgulloso incluso cuando nadie está mirando.",
    ),
    (
        "1987",
        "Algo en ti sigue viviendo en 1987; oigo la radio, huelo la lluvia y te veo de pie junto a la ventana.",
    ),
    (
        "Casablanca",
        "Un aeropuerto en blanco y negro, niebla, una despedida que nadie quiso: es Casablanca lo que guardas.",
    ),
    (
        "John",
        "Alguien muy cercano ronda este momento, y escucho una voz suave que repite John como si estuviera aquí.",
    ),
    (
        "the dark",
        "Lo sabes antes que yo: el pasillo, la puerta cerrada y ese miedo antiguo que aquí llaman the dark.",
    ),
    (
        "Back to the Future",
        "Oigo un motor, veo un reloj parado y una plaza vacía: lo que piensas es Back to the Future.",
    ),
    (
        "Escorpio",
        "Tu silencio guarda más de lo que muestra; siento agua profunda, y el signo que brilla en ella es Escorpio.",
    ),
    ("7", "Cierro los ojos y todo se borra, menos una cifra sola que no deja de mirarme desde lejos: el 7."),
]

GOOD = [("en", *row) for row in ENGLISH] + [("es", *row) for row in SPANISH]

LONG = "The number 37 keeps circling back to you tonight, like a house you once knew by heart"

BAD = [
    ("en", "language", SPANISH[0][1]),
    ("es", "language", ENGLISH[1][1]),
    (
        "en",
        "language",
        "La casa del mar est toujours blanche quand le soleil 37 se couche derrière les collines bleues.",
    ),
    (
        "es",
        "language",
        "Ich sehe die Zahl 37 vor deinen Augen, und sie leuchtet wie eine Laterne in der dunklen Nacht.",
    ),
    ("en", "too_short", "The number 37."),
    ("es", "too_short", "Veo el 37 en ti."),
    (
        "en",
        "too_long",
        LONG + " and never forgot, and the stairs you counted twice each night before you fell asleep.",
    ),
    ("en", "list", "- " + LONG),
    ("en", "list", "1. " + LONG),
    ("es", "list", "• " + SPANISH[0][1]),
    ("en", "list", "The number 37 keeps circling back\nto you tonight, like a house you once knew by heart."),
    ("en", "quoted", f'"{LONG}."'),
    ("en", "quoted", f"“{LONG}”."),
    ("es", "quoted", f"«{SPANISH[0][1]}»"),
    (
        "en",
        "meta",
        "Here is a thought about the number 37, warm and quiet, just as you asked me to write it for you.",
    ),
    (
        "en",
        "meta",
        "Here's your thought: the number 37 keeps circling back to you tonight, like a house you knew.",
    ),
    (
        "en",
        "meta",
        "Sure! The number 37 keeps circling back to you tonight, like a house you once knew by heart.",
    ),
    (
        "en",
        "meta",
        "Of course, the number 37 keeps circling back to you tonight, like a house you once knew so well.",
    ),
    (
        "en",
        "meta",
        "As an AI, I cannot read minds, but the number 37 keeps circling back to you like an old house.",
    ),
    (
        "en",
        "meta",
        "I'm sorry, but the number 37 is all that I was given, so this is what I can tell you about it.",
    ),
    (
        "en",
        "meta",
        "Thought: The number 37 keeps circling back to you tonight, like a house you once knew by heart.",
    ),
    (
        "en",
        "meta",
        "The number 37 keeps circling back to you tonight, like a house that you knew. (98 characters)",
    ),
    (
        "es",
        "meta",
        "Aquí tienes: el número 37 vuelve a ti esta noche, como una casa que conociste muy bien de niño.",
    ),
    (
        "es",
        "meta",
        "¡Claro! El número 37 vuelve a ti esta noche, como una casa que conociste de memoria hace años.",
    ),
    (
        "es",
        "meta",
        "Como IA no puedo leer la mente, pero el número 37 vuelve a ti como una casa que conociste bien.",
    ),
    (
        "es",
        "meta",
        "Lo siento, el número 37 es lo único que me han dado y por eso es lo que te puedo contar ahora.",
    ),
    (
        "es",
        "meta",
        "Pensamiento: el número 37 vuelve a ti esta noche, como una casa que conociste hace mucho tiempo.",
    ),
    (
        "en",
        "markup",
        "The number **37** keeps circling back to you tonight, like a house you once knew by heart, my friend.",
    ),
    (
        "en",
        "markup",
        "The number 37 keeps circling <break/> back to you tonight, like a house you once knew by heart.",
    ),
    (
        "en",
        "markup",
        "The number 37 keeps circling back to [name] tonight, like a house you once knew by heart, I feel.",
    ),
    (
        "es",
        "markup",
        "# El número 37 vuelve a ti esta noche, como una casa que conociste de memoria y que no olvidaste.",
    ),
]


@pytest.mark.parametrize(("language", "value", "text"), GOOD)
def test_a_good_thought_has_no_problems(language, value, text):
    assert problems(text, language=language, value=value, tolerance=0) == []


@pytest.mark.parametrize(("language", "problem", "text"), BAD)
def test_a_bad_thought_has_its_problem(language, problem, text):
    assert problems(text, language=language, value="37") == [problem]


@pytest.mark.parametrize(("language", "text"), [(language, text) for language, _, text in GOOD])
def test_the_language_of_a_thought_is_heard_with_the_value_in_it_too(language, text):
    assert language_of(text) == language


@pytest.mark.parametrize(("language", "text"), [(language, text) for language, _, text in GOOD])
def test_half_a_thought_is_never_taken_for_the_other_language(language, text):
    assert language_of(text[: len(text) // 2]) in {language, None}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "37",
        "Casablanca!",
        "No, no.",
        "Ada Lovelace",
        "Solo Leo",
        "You see la casa del mar",
        "The Queen de Corazones",
    ],
)
def test_too_little_is_undecided(text):
    assert language_of(text) is None


def test_a_text_that_is_nearly_all_value_is_not_held_to_be_foreign():
    value = "Lo importante es que nadie sepa nunca lo que hay detrás de la puerta de la casa del mar"

    assert problems(f"I see: {value}.", language="en", value=value) == []


def test_a_long_value_makes_room_for_itself():
    value = "supercalifragilisticexpialidocious " * 5
    text = f"All that I can hear in your mind tonight, over and over, is {value.strip()}."

    assert problems(text, language="en", value=value.strip()) == []


@pytest.mark.parametrize(("length", "found"), [(79, ["too_short"]), (80, []), (120, []), (121, ["too_long"])])
def test_the_bounds_are_exact_without_tolerance(length, found):
    text = "I see the sea and it is yours and ".ljust(length, "o")

    assert problems(text, language="en", tolerance=0) == found


@pytest.mark.parametrize(
    ("topic", "named"),
    [
        ("house", True),
        ("Houses", True),
        ("my house and my heart", True),
        ("knowing", False),
        ("love", False),
        ("the house of a far away family of strangers", False),
        ("37", False),
        ("", False),
    ],
)
def test_a_topic_that_is_named_is_a_problem(topic, named):
    found = problems(ENGLISH[1][1], language="en", value="37", topic=topic)

    assert found == (["topic_named"] if named else [])


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        (
            "viajar",
            "Veo un viaje largo y una maleta que nadie cierra todavía; en ella llevas solo una cosa, el 37.",
        ),
        (
            "corazon",
            "Late despacio tu corazón, y en cada latido que llega hasta aquí oigo la misma cifra clara: 37.",
        ),
        (
            "traveling",
            "I see you travel for a long time with one small bag, and in it there is only this: the 37.",
        ),
        (
            "the sea",
            "You hear the sea in it, wave after wave, and a number drawn in wet sand with one finger: the 37.",
        ),
        (
            "love",
            "She loves you still, and the door she left open has a small brass number on it; it is the 37.",
        ),
    ],
)
def test_a_topic_is_recognised_in_its_inflections(topic, text):
    language = "es" if topic in {"viajar", "corazon"} else "en"

    assert problems(text, language=language, value="37", topic=topic) == ["topic_named"]


def test_a_value_may_contain_the_topic_markup_quotes_and_talk():
    value = 'Here is "love" **now**'
    text = f"I keep hearing words that I cannot place, and they are yours and only yours to know: {value}"

    assert problems(text, language="en", value=value, topic="love") == []


def test_a_value_in_quotes_at_both_ends_is_no_quotation_of_the_whole():
    text = '"Rosebud" is what I hear in the snow, a child far from home, and the last word is still "Rosebud"'

    assert problems(text, language="en") == []


def test_several_problems_are_told_at_once():
    assert problems('"- Aquí"', language="en") == ["too_short", "quoted"]
