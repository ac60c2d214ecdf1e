"""A typed client that a generator makes from /schema calls a running server, as an app's developer would."""

import importlib
import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts.activation import issue
from conftest import PASSWORD
from perform.tests.stage import seconds_of
from pool import jobs
from voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)

FOR_THE_APP = (settings.BASE_DIR / "docs" / "mobile.md").read_text(encoding="utf-8")

Named = Callable[[str], ModuleType]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Named]:
    """Modules of the generated package, by name."""
    folder = tmp_path_factory.mktemp("typed")
    (folder / "schema.json").write_text(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
    [config] = re.findall(r"<<'END'\n(content_type_overrides:.*?)END\n", FOR_THE_APP, re.DOTALL)
    (folder / "typed.yaml").write_text(config)
    options = f"--path {folder}/schema.json --config {folder}/typed.yaml --output-path {folder}/typed_voice"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "openapi_python_client", "generate", *options.split(), "--meta", "none"],
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Warning" in done.stdout) == (0, False), done.stdout
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield lambda name: importlib.import_module(f"typed_voice.{name}")


@pytest.fixture
def stranger(generated: Named, live_server: Any) -> Iterator[Any]:
    with generated("client").Client(base_url=live_server.url) as client:
        yield client


def call(generated: Named, name: str, client: Any, **given: Any) -> Any:
    return generated(f"api.{name}").sync(client=client, **given)


def signed_in(generated: Named, stranger: Any) -> Any:
    [code] = issue(1, now=timezone.now())
    models = generated("models")
    account = models.RegisterInputRequest("carol", "carol@example.org", PASSWORD, activation_code=code)
    pair = call(
        generated, "auth.auth_register_create", stranger, body=account, idempotency_key="carol-was-here"
    )
    return generated("client").AuthenticatedClient(base_url=stranger._base_url, token=pair.access)


def test_a_generated_client_goes_all_the_way(generated: Named, stranger: Any, recording: bytes) -> None:
    models = generated("models")
    with signed_in(generated, stranger) as carol:
        upload = models.Base64InputRequest(b64encode(recording).decode(), consent=True)
        uploaded = call(generated, "user.user_voice_create", carol, body=upload)
        assert uploaded.voice.progress == "building"
        jobs.build(str(Voice.objects.get().pk))

        wish = models.PerformInputRequest("cards", "Queen of Hearts", voice=models.VoiceEnum.OWN)
        performed = call(generated, "perform.perform_create", carol, body=wish)
        assert performed.text.count("Queen of Hearts") == 1
        [past] = call(generated, "performances.performances_list", carol).results
        assert past.performance_id == performed.performance_id
        audio = "performances.performances_audio_retrieve"
        sound = call(generated, audio, carol, performance_id=past.performance_id)
        assert seconds_of(sound.payload.read()) == pytest.approx(performed.seconds, abs=0.2)


def test_a_refusal_is_typed_as_well(generated: Named, stranger: Any) -> None:
    account = generated("models").LoginInputRequest("nobody", "a wrong password")
    problem = call(generated, "auth.auth_login_create", stranger, body=account)
    assert (problem.code, problem.retryable) == ("wrong_sign_in", False)
