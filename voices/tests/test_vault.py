import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from voices.vault import Vault, WrongKey, reseal

OLD, NEW = "an old key that is long enough, really", "a new key that is long enough, really"
SOUND = b"fLaC and what follows" * 100


@pytest.fixture(autouse=True)
def under_the_old_key(settings):
    settings.SAMPLE_KEYS = [OLD]
    Vault().save("a.flac", ContentFile(SOUND))


def opened(name: str) -> bytes:
    with Vault().open(name) as file:
        return file.read()


def on_the_disk(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()


def test_what_is_kept_is_given_back() -> None:
    assert opened("a.flac") == SOUND


def test_the_disk_holds_nothing_of_the_sound() -> None:
    assert b"fLaC" not in on_the_disk("a.flac")


def test_equal_sounds_look_different_on_the_disk() -> None:
    Vault().save("b.flac", ContentFile(SOUND))
    assert on_the_disk("a.flac") != on_the_disk("b.flac")


def test_another_key_opens_nothing(settings) -> None:
    settings.SAMPLE_KEYS = [NEW]
    with pytest.raises(WrongKey):
        opened("a.flac")


def test_a_sealed_file_that_was_changed_is_refused() -> None:
    sealed = bytearray(on_the_disk("a.flac"))
    sealed[len(sealed) // 2] ^= 1
    default_storage.delete("a.flac")
    default_storage.save("a.flac", ContentFile(bytes(sealed)))
    with pytest.raises(WrongKey):
        opened("a.flac")


def test_a_replaced_key_still_opens(settings) -> None:
    settings.SAMPLE_KEYS = [NEW, OLD]
    assert opened("a.flac") == SOUND


def test_after_resealing_the_old_key_is_needed_no_more(settings) -> None:
    settings.SAMPLE_KEYS = [NEW, OLD]
    assert reseal("a.flac", to="b.flac")
    settings.SAMPLE_KEYS = [NEW]
    assert opened("b.flac") == SOUND


def test_what_has_the_newest_key_is_left_alone() -> None:
    assert not reseal("a.flac", to="b.flac")
    assert not default_storage.exists("b.flac")
