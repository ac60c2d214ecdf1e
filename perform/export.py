"""Everything we keep of somebody, as one archive."""

import json
import zipfile
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder

from accounts import preferences
from accounts.models import Charge, Device, TopUp, User
from accounts.serializers import PreferencesFields
from perform.models import Performance
from perform.serializers import PerformanceOutput
from voices.models import Consent, Sample
from voices.serializers import SampleOutput

IN_MEMORY = 8 * 2**20


def archive(user: User) -> IO[bytes]:
    """A zip: `data.json`, and the recordings and performances as sound. Whoever sends it closes it."""
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    try:
        _write(file, user)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write(file: IO[bytes], user: User) -> None:
    performances = list(Performance.objects.filter(user=user).order_by("created_at"))
    recordings = list(Sample.objects.filter(user=user).order_by("created_at"))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        told = json.dumps(_data(user, performances, recordings), cls=DjangoJSONEncoder, indent=2)
        zipped.writestr("data.json", told)
        for sample in recordings:
            _add(zipped, f"recordings/{sample.pk}.flac", sample.audio)
        for performance in performances:
            _add(zipped, f"performances/{performance.pk}.mp3", performance.audio)


def _data(user: User, performances: list[Performance], recordings: list[Sample]) -> dict[str, Any]:
    return {
        "user": {
            "user_id": user.pk,
            "username": user.username,
            "email": user.email,
            "since": user.date_joined,
        },
        "settings": PreferencesFields(preferences.of(user)).data,
        "devices": list(
            Device.objects.filter(user=user).values("name", "platform", "created_at", "last_seen_at")
        ),
        "consents": list(
            Consent.objects.filter(user=user).values(
                "version", "language", "sample_hash", "created_at", "withdrawn_at"
            )
        ),
        "charges": list(Charge.objects.filter(user=user).values("characters", "state", "created_at")),
        "top_ups": list(TopUp.objects.filter(user=user).values("characters", "reason", "created_at")),
        "recordings": SampleOutput(recordings, many=True).data,
        "performances": PerformanceOutput(performances, many=True).data,
    }


def _add(zipped: zipfile.ZipFile, name: str, file: Any) -> None:
    """Sound is compressed already; a file that is lost is left out."""
    if not file:
        return
    try:
        with file.open("rb") as sound:
            zipped.writestr(name, sound.read(), zipfile.ZIP_STORED)
    except FileNotFoundError:
        return
