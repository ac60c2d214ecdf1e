"""When two names are the same name."""

import unicodedata


def key(name: str) -> str:
    """Equal for names that differ only in case or in Unicode look-alikes (NFKC, case-folded)."""
    folded = unicodedata.normalize("NFKC", name.strip()).casefold()
    return unicodedata.normalize("NFKC", folded)
