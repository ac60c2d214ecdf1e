"""Playing cards as they are written (Q♥, ♠10, QH, K of Hearts) and as they are said."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

SYMBOLS = {"♠": "S", "♤": "S", "♥": "H", "♡": "H", "♦": "D", "♢": "D", "♣": "C", "♧": "C"}
SUIT = f"([{''.join(SYMBOLS)}])\N{VARIATION SELECTOR-16}?"
RANKS = "A23456789TJQK"
RANK = "(10|[2-9]|[TJQKAtjqka])"
RANK_AND_SUIT = re.compile(rf"(?<!\w){RANK} ?(?<![Atjqka] ){SUIT}")  # "a ♥" is no ace
SUIT_AND_RANK = re.compile(rf"{SUIT}{RANK}(?!\w)")
CODE = re.compile(f"{RANK}([SHDCshdc])")


@dataclass(frozen=True, kw_only=True)
class Cards:
    """The words of a language: `ranks` from ace to king, `suits` by English letter, `of` between them.

    `letters` finds a rank letter before the written-out suit.
    """

    ranks: tuple[str, ...]
    suits: Mapping[str, str]
    of: str
    letters: re.Pattern[str]

    def name(self, rank: str, suit: str) -> str:
        return f"{self.rank(rank)} {self.of} {self.suits[suit.upper()]}"

    def rank(self, rank: str) -> str:
        return self.ranks[RANKS.index(rank.upper().replace("10", "T"))]


def read(text: str, cards: Cards, *, value: str = "") -> str:
    """Say every card of the text. A code such as QH is only understood where it is the value."""
    if CODE.fullmatch(value) and value not in {"As", "as"}:  # "as" is a word in English, the ace in Spanish
        text = re.sub(rf"(?<!\w){value}(?!\w)", cards.name(value[:-1], value[-1]), text)
    text = RANK_AND_SUIT.sub(lambda card: cards.name(card[1], SYMBOLS[card[2]]), text)
    text = SUIT_AND_RANK.sub(lambda card: cards.name(card[2], SYMBOLS[card[1]]), text)
    text = cards.letters.sub(lambda card: cards.rank(card[1]), text)
    return re.sub(SUIT, lambda suit: f" {cards.suits[SYMBOLS[suit[1]]].lower()} ", text)
