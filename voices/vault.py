"""Where recordings lie: encrypted on the disk, plain to whoever opens them.

Fernet (AES-128-CBC and HMAC-SHA256) over the default storage. The first of settings.SAMPLE_KEYS encrypts;
every one of them decrypts, so that a key can be replaced while the service runs.
"""

import base64
import hashlib
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, default_storage


class WrongKey(OSError):
    """None of SAMPLE_KEYS opens this file."""


class Vault(Storage):
    def _open(self, name: str, mode: str = "rb") -> File:
        try:
            return ContentFile(_all_keys().decrypt(_sealed(name)), name)
        except InvalidToken:
            raise WrongKey(name) from None

    def _save(self, name: str, content: File) -> str:
        return default_storage.save(name, ContentFile(_all_keys().encrypt(content.read())))

    def exists(self, name: str) -> bool:
        return default_storage.exists(name)

    def delete(self, name: str) -> None:
        default_storage.delete(name)


def reseal(name: str, *, to: str) -> bool:
    """Write the file once more, encrypted with the newest key; false if that is what it is already."""
    sealed = _sealed(name)
    if _opens(_ciphers()[0], sealed):
        return False
    try:
        newly = _all_keys().rotate(sealed)
    except InvalidToken:
        raise WrongKey(name) from None
    default_storage.delete(to)
    default_storage.save(to, ContentFile(newly))
    return True


def _sealed(name: str) -> bytes:
    with default_storage.open(name) as file:
        content: bytes = file.read()
    return content


def _opens(cipher: Fernet, sealed: bytes) -> bool:
    try:
        cipher.decrypt(sealed)
    except InvalidToken:
        return False
    return True


def _all_keys() -> MultiFernet:
    return MultiFernet(_ciphers())


def _ciphers() -> list[Fernet]:
    digests: list[Any] = [hashlib.sha256(key.encode()).digest() for key in settings.SAMPLE_KEYS]
    return [Fernet(base64.urlsafe_b64encode(digest)) for digest in digests]
