"""Three people and an offline world: Alice performs, Bob does too, a stranger must be refused."""

import os
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as project
from django.test import Client, TransactionTestCase
from django.utils import timezone, translation
from django_q.conf import Conf

from accounts import tokens
from accounts.models import User
from deploy import servers
from perform import concurrently
from perform.writers import get_writer
from pool import switches
from thoughtvoice.double import Double
from thoughtvoice.double.testing import double, running_double  # noqa: F401
from thoughtvoice.errors import DomainError
from thoughtvoice.tests import clean_slate
from voices.providers import get_provider

pytest_plugins = [
    "thoughtvoice.tests.browser",
    "thoughtvoice.tests.of_the_database",
    "thoughtvoice.tests.one_at_a_time",
    "thoughtvoice.tests.quick",
]
RECORDINGS = Path(__file__).parent / "voices" / "recordings"
PASSWORD = "seven bright candles"


@pytest.fixture(scope="session")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("disk")


@pytest.fixture(autouse=True)
def offline_world(settings: Any, disk: Path, own_keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = disk / uuid.uuid4().hex  # made by whoever writes: `tmp_path` costs most tests more than they do
    settings.MEDIA_ROOT = own / "media"
    settings.OFFLINE_ENGINE_DIR = own / "offline_engine"
    switches.forget()
    monkeypatch.setattr(switches, "FRESH", 3600.0)  # on a slow machine a page would ask once more
    translation.deactivate()  # a request leaves its language in the thread
    settings.REFUSED_SIGN_IN_SECONDS = 0
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    fresh = f"{own_keys}:{uuid.uuid4().hex}"
    monkeypatch.setattr(Conf, "PREFIX", fresh)
    monkeypatch.setattr(Conf, "CLUSTER_NAME", fresh)
    settings.CACHES = {"default": {**project.CACHES["default"], "KEY_PREFIX": fresh}}


@pytest.fixture(scope="session")
def own_keys() -> Iterator[str]:
    """What is in the name of every key of ours in Redis, which has other users too and is never flushed."""
    prefix = f"test:{uuid.uuid4().hex}"
    yield prefix
    if project.REDIS_URL:
        with redis.from_url(project.REDIS_URL) as client:
            for key in client.scan_iter(f"*{prefix}*"):
                client.delete(key)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        slate = clean_slate.CleanSlate()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: slate.restore())
        with django_db_blocker.block():
            yield


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(username: str, **fields: Any) -> User:
        return User.objects.create_user(username, f"{username}@example.org", PASSWORD, **fields)

    return make


@pytest.fixture
def alice(make_user: Callable[..., User]) -> User:
    return make_user("alice")


@pytest.fixture
def bob(make_user: Callable[..., User]) -> User:
    return make_user("bob")


@pytest.fixture
def on_the_double(settings: Any, db: None, double: Double) -> Iterator[Double]:
    """The real SDKs against a local server that behaves like the providers."""
    settings.PROVIDER_ACCOUNTS = {"default": "a-key"}
    settings.ELEVENLABS_BASE_URL = double.url
    settings.GEMINI_API_KEY = "a-key"
    settings.GEMINI_BASE_URL = double.url
    settings.PERFORM_DEADLINE_SECONDS = 5
    yield double
    concurrently.finish()  # a refused performance leaves its writer behind
    with suppress(DomainError):  # a test may have taken the account away
        get_provider().close()
    if "perform.writers.gemini" in sys.modules:  # else nothing was opened, and importing it takes a while
        get_writer().close()


class App(Client):
    """The phone app of one person: JSON in, JSON out, signed in."""

    def __init__(self, user: User | None = None) -> None:
        super().__init__(raise_request_exception=False)
        if user:
            pair = tokens.open_device(user, name="test phone", now=timezone.now())
            self.defaults["HTTP_AUTHORIZATION"] = f"Bearer {pair['access']}"

    def post_json(self, path: str, body: Any, **headers: str) -> Any:
        return self.post(path, body, content_type="application/json", headers=headers)

    def patch_json(self, path: str, body: Any) -> Any:
        return self.patch(path, body, content_type="application/json")


@pytest.fixture
def as_alice(alice: User) -> App:
    return App(alice)


@pytest.fixture
def as_bob(bob: User) -> App:
    return App(bob)


@pytest.fixture
def as_stranger(db: None) -> App:
    """Somebody who is not signed in."""
    return App()


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_superuser("staff", "staff@example.org", PASSWORD)


@pytest.fixture
def office(staff: User) -> Client:
    """The browser of a member of staff who may do everything."""
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture(scope="session")
def recording() -> bytes:
    """45 seconds of a woman's voice."""
    return (RECORDINGS / "en_f_allison_1.flac").read_bytes()


@pytest.fixture(scope="session")
def a_mongodb() -> Iterator[str]:
    """A real one, whatever the suite runs on: the suite's own, or else one for the while."""
    if project.ON_MONGODB:
        yield project.DATABASES["default"]["HOST"]
        return
    try:
        with servers.mongodb() as url:
            yield url
    except servers.Unavailable as reason:
        if "CI" in os.environ:
            raise
        pytest.skip(str(reason))
