import pytest

from perform.fidelity import holds_once, occurrences


@pytest.mark.parametrize(
    ("value", "text", "count"),
    [
        ("7", "I keep seeing 7, nothing else.", 1),
        ("7", "I keep seeing 37.", 0),
        ("7", "The 7th, or 7 after all.", 1),
        ("7", "Only 7.5 or 3.7 or 1,7 or -7 or 7:30.", 0),
        ("7", "It is 7. Only 7.", 2),
        ("5", "I chose B-5 today.", 1),
        ("-5", "It is -5 outside, not 10-5.", 1),
        ("1,000", "Out of 1,000,000 I chose 1,000.", 1),
        ("art", "My heart is in art.", 1),
        ("Art", "an ART of sorts", 1),
        ("art", "the art's own art-house", 2),
        ("foo", "foo_bar", 0),
        ("Q♥", "It was the Q♥, as ever.", 1),
        ("♥", "It was the Q♥.", 0),
        ("C++", "I dream in C++.", 1),
        ("C++", "I dream in C++11.", 0),
        ('"yes"', 'She said "yes", twice "Yes".', 2),
        (".", "It ends here. And . is here.", 1),
        ("👍", "So 👍, and 👍🏽.", 1),
        ("👩", "The 👩‍🚀 flies.", 0),
        ("🙂", "I think 🙂 again.", 1),
        ("e", "e\u030b e", 1),
        ("\u0301", "here \u0301, há", 1),
        ("שלום", "I hear שלום, softly; לשלום.", 1),
        ("کتاب", "کتاب‌ها", 0),
        ("हिन्दी", "I hear हिन्दी, not हिन्दीभाषा.", 1),
        ("हिन्द", "I hear हिन्दी.", 0),
        ("日本", "I see 日本 again.", 1),
        ("<break/>", "I hear <break/> again.", 1),
        ("", "anything", 0),
        (" \n", "any thing", 0),
    ],
)
def test_a_value_counts_only_where_it_stands_whole(value: str, text: str, count: int) -> None:
    assert occurrences(value, text) == count


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Jos\u00e9", "I miss Jose\u0301."),
        ("Jose\u0301", "I miss JOS\u00c9."),
        ("the  Queen\tof Hearts", "It is The Queen of\nhearts."),
        ("James Dean", "Was it James\u00a0Dean?"),
        ("Straße", "The STRASSE is empty."),
        ("ΟΔΟΣ", "I walk the οδος."),
        (" Leo ", "It is Leo."),
    ],
)
def test_composition_case_and_whitespace_make_no_difference(value: str, text: str) -> None:
    assert holds_once(value, text)


def test_accents_make_a_difference() -> None:
    assert not holds_once("papa", "Pienso en mi papá.")


def test_twice_is_not_once() -> None:
    assert not holds_once("Leo", "Leo, only Leo.")
