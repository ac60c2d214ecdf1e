"""Star signs written as symbols."""

import re

SYMBOLS = "♈♉♊♋♌♍♎♏♐♑♒♓"
SIGN = re.compile(f"([{SYMBOLS}])\N{VARIATION SELECTOR-16}?")


def read(text: str, names: tuple[str, ...]) -> str:
    """Say every sign of the text; `names` from Aries to Pisces."""
    return SIGN.sub(lambda sign: f" {names[SYMBOLS.index(sign[1])]} ", text)
