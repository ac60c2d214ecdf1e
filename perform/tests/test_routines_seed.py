import re
from time import thread_time

import pytest

from perform.routines_seed import ROUTINES
from perform.writers.phrases import PHRASES

BY_KEY = {routine["key"]: routine for routine in ROUTINES}


def admits(key: str, value: str) -> bool:
    return re.fullmatch(BY_KEY[key]["value_pattern"], value) is not None


def test_the_eight_routines_stand_in_their_order() -> None:
    assert [(r["position"], r["key"]) for r in ROUTINES] == list(
        enumerate(
            ("cards", "numbers", "star-signs", "phobias", "years", "names", "movies", "custom"), start=1
        )
    )


def test_the_offline_writer_knows_every_routine_in_both_languages() -> None:
    assert PHRASES["en"].openings.keys() == PHRASES["es"].openings.keys() == BY_KEY.keys()


@pytest.mark.parametrize("routine", ROUTINES, ids=BY_KEY)
def test_every_text_is_written_in_both_languages(routine: dict[str, object]) -> None:
    for text in ("name", "guidance", "value_hint", "examples"):
        assert routine[f"{text}_en"]
        assert routine[f"{text}_es"]


@pytest.mark.parametrize("key", ["cards", "numbers", "star-signs", "years"])
def test_examples_and_finite_values_fit_their_own_pattern(key: str) -> None:
    routine = BY_KEY[key]
    given = routine["examples_en"] + routine["examples_es"] + routine["values_en"] + routine["values_es"]
    assert [value for value in given if not admits(key, value)] == []


@pytest.mark.parametrize(("key", "size"), [("cards", 52), ("star-signs", 12)])
def test_finite_routines_list_each_value_once_in_both_languages(key: str, size: int) -> None:
    assert len(set(BY_KEY[key]["values_en"])) == size
    assert len(set(BY_KEY[key]["values_es"])) == size


@pytest.mark.parametrize(
    ("key", "values"),
    [
        (
            "cards",
            "QH|10♠|q♥\ufe0f|♥Q|10 ♦|the ace of spades|Rey de Tréboles|rey de treboles|la sota de copas",
        ),
        ("cards", "red joker|comodin|comodi\u0301n rojo|🃏|🂱|2 of hearts|10 of Clubs|TH|el as de picas"),
        ("numbers", "0|+7|−3|999999999999|12.345.678,9|1 000 000|0,5|.5|007"),
        ("star-signs", "leo|LEO|Ge\u0301minis|geminis|escorpión|♈|♓\ufe0e|cancer"),
        ("years", "7|1066|44 B.C.|44bc|500 a.C.|500 a. de C.|79 d. C.|AD 79|1200 CE"),
    ],
)
def test_what_people_type_is_admitted(key: str, values: str) -> None:
    assert [value for value in values.split("|") if not admits(key, value)] == []


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("cards", "Queen|11 of Hearts|1♠|hearts|Q♥ K♥|Ace of Base|♥"),
        ("numbers", "|-|seven|1234567890123|1.2.3|1,00,0|7 8|٣"),
        ("star-signs", "Ophiuchus|Leo Virgo||lion"),
        ("years", "19877|-5|nineteen|1987 AC/DC|BC"),
    ],
)
def test_what_is_something_else_is_not(key: str, values: str) -> None:
    assert [value for value in values.split("|") if admits(key, value)] == []


@pytest.mark.parametrize("key", ["cards", "numbers", "star-signs", "years"])
def test_a_hostile_value_does_not_stall_the_pattern(key: str) -> None:
    began = thread_time()
    for piece in ("1", "1,", "1,111", " ", "queen of ", "\u0301", "a.", "7 de "):
        assert not admits(key, piece * 60 + "!")
    assert thread_time() - began < 1
