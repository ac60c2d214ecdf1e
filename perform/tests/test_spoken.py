import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perform.spoken import spoken_form

PLAIN = {
    "en": [
        "I keep seeing your grandmother's kitchen, and the word sunrise will not let go of me.",
        'The Queen of Hearts is on your mind - and "only" there (I think); isn\'t she?',
        "Se7en was the film. U2 played, and R2D2 danced to MP3 on a B-side.",
        "Is it a well-known, twenty-first-century fear … or an old one?",
    ],
    "es": [
        "¿Qué ves? Veo una luz dorada y el nombre «Inés» flotando sobre el agua…",
        "El Rey de Corazones sonríe; ¡no lo sueltes todavía!",
        "As de Picas: así, sin más.",
    ],
}

ENGLISH = [
    ("Q♥", "Queen of Hearts"),
    ("Q♥️", "Queen of Hearts"),
    ("q♥", "Queen of Hearts"),
    ("10♠ burns", "Ten of Spades burns"),
    ("I see the ♦7.", "I see the Seven of Diamonds."),
    ("K ♣", "King of Clubs"),
    ("A♠ and 2♡", "Ace of Spades and Two of Hearts"),
    ("the 10 of Hearts", "the ten of Hearts"),
    ("the J of Clubs", "the Jack of Clubs"),
    ("a ♥ beats", "a hearts beats"),
    ("37", "thirty-seven"),
    ("Number 37, again.", "Number thirty-seven, again."),
    ("It is 0.", "It is zero."),
    ("007", "zero zero seven"),
    ("-5 and −12", "minus five and minus twelve"),
    ("3.5", "three point five"),
    ("3.05", "three point zero five"),
    (".5", "zero point five"),
    ("1,000", "one thousand"),
    ("1,234,567", "one million two hundred and thirty-four thousand five hundred and sixty-seven"),
    ("7,8,9", "seven,eight,nine"),
    ("1987 people", "one thousand nine hundred and eighty-seven people"),
    ("back in 1987.", "back in nineteen eighty-seven."),
    ("In 1905", "In nineteen oh five"),
    ("since 2005", "since two thousand and five"),
    ("since 2024", "since twenty twenty-four"),
    ("in 1900", "in nineteen hundred"),
    ("May 1987", "May nineteen eighty-seven"),
    ("1939-1945", "nineteen thirty-nine to nineteen forty-five"),
    ("the 1980s", "the nineteen eighties"),
    ("the '90s", "the nineties"),
    ("1987-05-03", "May third, nineteen eighty-seven"),
    ("5/3/1987", "May third, nineteen eighty-seven"),
    ("May 3, 1987", "May third, nineteen eighty-seven"),
    ("on May 3.", "on May third."),
    ("on 3 May 1987", "on the third of May, nineteen eighty-seven"),
    ("on the 21st of June", "on the twenty-first of June"),
    ("25/12/2000", "December twenty-fifth, two thousand"),
    ("25:00", "twenty-five zero zero"),
    ("the 1000th of 12,345th", "the one thousandth of twelve thousand three hundred and forty-fifth"),
    ("$2.5B", "two point five billion dollars"),
    ("13/13/2000", "thirteen thirteen two thousand"),
    ("7:00", "seven o'clock"),
    ("7:05", "seven oh five"),
    ("at 10:30 pm", "at ten thirty PM"),
    ("at 7pm", "at seven PM"),
    ("the 1st and the 22nd", "the first and the twenty-second"),
    ("50%", "fifty percent"),
    ("3.5 %", "three point five percent"),
    ("$20", "twenty dollars"),
    ("$1", "one dollar"),
    ("$1,000,000", "one million dollars"),
    ("$3.50", "three dollars and fifty cents"),
    ("$20.00", "twenty dollars"),
    ("-$5", "minus five dollars"),
    ("$1.5 million", "one point five million dollars"),
    ("$5M", "five million dollars"),
    ("20 €", "twenty euros"),
    ("£2.01", "two pounds and one penny"),
    ("20 °C", "twenty degrees Celsius"),
    ("-1°F", "minus one degree Fahrenheit"),
    ("5km", "five kilometres"),
    ("salt & pepper, R&B", "salt and pepper, R and B"),
    ("#1", "number one"),
    ("No. 5", "number five"),
    ("C++ or C#", "C plus plus or C sharp"),
    ("me@home", "me at home"),
    ("2+2=4", "two plus two equals four"),
    ("5 - 3", "five minus three"),
    ("6×7", "six times seven"),
    ("x² and 3²", "x squared and three squared"),
    ("½ or 3/4 or 2½", "one half or three quarters or two and a half"),
    ("5-10 days", "five to ten days"),
    ("555-1234", "five hundred and fifty-five one thousand two hundred and thirty-four"),
    ("24/7", "twenty-four seven"),
    ("192.168.1.1", "one hundred and ninety-two one hundred and sixty-eight one one"),
    ("♌ rises", "Leo rises"),
    ("♏️", "Scorpio"),
    ("3 < 5", "three is less than five"),
    ("٣٧", "thirty-seven"),
]

SPANISH = [
    ("Q♥", "Reina de Corazones"),
    ("10♠", "Diez de Picas"),
    ("la J♣", "la Jota de Tréboles"),
    ("K♦ y A♣", "Rey de Diamantes y As de Tréboles"),
    ("la Q de Corazones", "la Reina de Corazones"),
    ("el 7 de Corazones", "el siete de Corazones"),
    ("37", "treinta y siete"),
    ("1987", "mil novecientos ochenta y siete"),
    ("en 2024", "en dos mil veinticuatro"),
    ("-7", "menos siete"),
    ("3.5", "tres punto cinco"),
    ("3,5", "tres coma cinco"),
    ("1.000", "mil"),
    ("1,000", "mil"),
    ("1.234.567,5", "un millón doscientos treinta y cuatro mil quinientos sesenta y siete coma cinco"),
    ("0.500", "cero punto cinco cero cero"),
    ("el 21 brilla", "el veintiuno brilla"),
    ("21 días", "veintiún días"),
    ("1 hora", "una hora"),
    ("200 noches", "doscientas noches"),
    ("50%", "cincuenta por ciento"),
    ("$20", "veinte dólares"),
    ("$21", "veintiún dólares"),
    ("$1M", "un millón de dólares"),
    ("$3.50", "tres dólares con cincuenta centavos"),
    ("20 €", "veinte euros"),
    ("£200", "doscientas libras"),
    ("20 °C", "veinte grados Celsius"),
    ("3/5/1987", "tres de mayo de mil novecientos ochenta y siete"),
    ("1987-01-01", "primero de enero de mil novecientos ochenta y siete"),
    ("el 1 de mayo", "el primero de mayo"),
    ("el 3 de mayo de 1987", "el tres de mayo de mil novecientos ochenta y siete"),
    ("a las 10:30", "a las diez y treinta"),
    ("a la 1:00", "a la una en punto"),
    ("el 1º y la 2ª", "el primero y la segunda"),
    ("el 3er piso", "el tercer piso"),
    ("el 11º y el 0º", "el undécimo y el 0º"),
    ("#1", "número uno"),
    ("n.º 5", "número cinco"),
    ("tú & yo", "tú y yo"),
    ("C++", "C más más"),
    ("yo@casa", "yo arroba casa"),
    ("2+2=4", "dos más dos igual a cuatro"),
    ("5-10 días", "cinco a diez días"),
    ("los 80s", "los ochenta"),
    ("♌", "Leo"),
    ("♊ y ♐", "Géminis y Sagitario"),
]


@pytest.mark.parametrize(("language", "text"), [(lang, text) for lang in PLAIN for text in PLAIN[lang]])
def test_plain_words_come_back_unchanged(language, text):
    assert spoken_form(text, language=language) == text


@pytest.mark.parametrize(("text", "spoken"), ENGLISH)
def test_english_is_written_out(text, spoken):
    assert spoken_form(text, language="en") == spoken


@pytest.mark.parametrize(("text", "spoken"), SPANISH)
def test_spanish_is_written_out(text, spoken):
    assert spoken_form(text, language="es") == spoken


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", spoken) for _, spoken in ENGLISH] + [("es", spoken) for _, spoken in SPANISH],
)
def test_what_is_written_out_stays_so(language, text):
    assert spoken_form(text, language=language) == text


@pytest.mark.parametrize(
    ("language", "value", "name"),
    [
        ("en", "QH", "Queen of Hearts"),
        ("en", "10s", "Ten of Spades"),
        ("es", "QH", "Reina de Corazones"),
        ("en", "AS", "Ace of Spades"),
        ("en", "as", "as"),
    ],
)
def test_a_card_code_is_read_where_it_is_the_value(language, value, name):
    spoken = spoken_form(f"You hold {value}.", language=language, routine="cards", value=value)

    assert spoken == f"You hold {name}."


def test_a_card_code_elsewhere_is_left_alone():
    assert spoken_form("QH or AS", language="en", routine="names", value="QH") == "QH or AS"


@pytest.mark.parametrize(
    ("routine", "text", "spoken"),
    [
        ("years", "1987 calls you", "nineteen eighty-seven calls you"),
        ("years", "1066", "ten sixty-six"),
        ("movies", "Blade Runner 2049", "Blade Runner twenty forty-nine"),
        ("movies", "Apollo 13", "Apollo thirteen"),
        ("numbers", "1987 calls you", "one thousand nine hundred and eighty-seven calls you"),
    ],
)
def test_the_routine_decides_what_is_a_year(routine, text, spoken):
    assert spoken_form(text, language="en", routine=routine) == spoken


@pytest.mark.parametrize(
    "text", ['Hi <break time="3s"/> there', "<speak>Hi</speak>", "[laughs] Hi", "a<b", "<<>>"]
)
def test_nothing_is_left_that_a_provider_could_obey(text):
    assert not set("<>[]") & set(spoken_form(text, language="en"))


def test_a_tag_is_read_as_its_words():
    assert spoken_form("Say <b>yes</b> [now]", language="en") == "Say b yes /b (now)"


def test_invisible_characters_are_gone():
    text = "You\u200b see\u202e the\x00 num\u00adber\nseven\ttoday\ue000\ud800"

    assert spoken_form(text, language="en") == "You see the number seven today"


def test_a_pile_of_marks_is_cut():
    spoken = spoken_form("Z" + "\u0301\u0323" * 100 + "algo", language="en")

    assert spoken == "\u1e92\u0323\u0323algo"


def test_composed_and_decomposed_text_sound_the_same():
    assert spoken_form(unicodedata.normalize("NFD", "corazón"), language="es") == "corazón"


@pytest.mark.parametrize(
    ("language", "value", "spoken"),
    [("en", "🦄", "I see unicorn face now."), ("en", "", "I see now."), ("es", "🦄", "I see 🦄 now.")],
)
def test_emoji_are_dropped_unless_they_are_the_value(language, value, spoken):
    assert spoken_form("I see 🦄 now.", language=language, value=value) == spoken


@pytest.mark.parametrize("text", ["שלום 7", "مرحبا", "日本語のテキスト", "Привет"])
def test_other_scripts_are_kept(text):
    assert spoken_form(text, language="en") == text.replace("7", "seven")


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=200), value=st.text(max_size=20), language=st.sampled_from(["en", "es"]))
def test_any_text_can_be_spoken_and_sent(text, value, language):
    spoken = spoken_form(text, language=language, routine="cards", value=value)

    assert not set("<>[]") & set(spoken)
    spoken.encode()


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[-+$€£#%.,:/0-9a-zKMBAQ ♥♠°½–]{0,40}", fullmatch=True), st.sampled_from(["en", "es"]))
def test_digits_and_signs_in_any_order_can_be_spoken(text, language):
    spoken_form(text, language=language, routine="years", value=text)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_whole_number_is_free_of_digits(language):
    spoken = [spoken_form(str(number), language=language) for number in range(-20, 2100)]

    assert not any(character.isdigit() for text in spoken for character in text)
    assert len(set(spoken)) == 2120
