"""Passwords as the old system kept them: bcrypt. Whoever signs in has theirs hashed anew."""

import re
from typing import Any

import bcrypt
from django.contrib.auth.hashers import BCryptPasswordHasher

BCRYPT = re.compile(r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}")
HEEDED_BYTES = 72
"""The old library ignored what comes after; the present one refuses it."""


class OldBcrypt(BCryptPasswordHasher):
    def encode(self, password: str, salt: Any) -> str:
        hashed = bcrypt.hashpw(password.encode()[:HEEDED_BYTES], salt)
        return f"{self.algorithm}${hashed.decode('ascii')}"


def encoded(hashed: str) -> str:
    """The old system's hash as Django keeps one; empty if it is none."""
    return f"{OldBcrypt.algorithm}${hashed}" if BCRYPT.fullmatch(hashed) else ""
