"""A person's voice, and the recordings that it is made from."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from voices.speech_models import SpeechModel  # noqa: F401 - Django looks for models here
from voices.vault import Vault


def sample_path(sample: "Sample", filename: str) -> str:
    return f"samples/{sample.pk.hex[:2]}/{sample.pk.hex}.flac"


class Sample(models.Model):
    """One uploaded recording and the verdict on it. Of those not used we keep what was measured, no sound."""

    class Verdict(models.TextChoices):
        USED = "used"
        """The voice was made from it when it came."""
        SPARE = "spare"
        """Good, but others that came with it were better."""
        REPEATED = "repeated"
        """The voice is made from this recording already."""
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="samples")
    upload = models.UUIDField(
        default=uuid.uuid4,
        editable=False,
        db_index=True,
        help_text="The same for all that were sent together.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.USED)
    audio = models.FileField(upload_to=sample_path, storage=Vault, max_length=200, blank=True)
    seconds = models.FloatField(default=0, help_text="After cleaning.")
    bytes_len = models.PositiveIntegerField(default=0)
    sample_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the cleaned recording.")
    pcm_hash = models.CharField(
        max_length=64, blank=True, help_text="BLAKE2b of its samples and the pipeline's name."
    )
    fingerprint = models.BinaryField(default=b"", help_text="Tells the same recording in another encoding.")
    pipeline = models.CharField(max_length=40, blank=True, help_text="Scores of one pipeline compare.")
    score = models.PositiveSmallIntegerField(null=True, blank=True, help_text="0–100.")
    measurements = models.JSONField(default=dict)
    problems = models.JSONField(default=list, help_text="Code, severity and figures of each.")
    picture = models.JSONField(default=list, help_text="Peaks of 200 stretches, 0–100.")
    superseded_at = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text="Since when no voice is made from it."
    )

    class Meta:
        indexes = [
            models.Index(fields=["user", "-created_at"], name="sample_newest"),
            models.Index(fields=["-created_at", "-id"], name="sample_newest_of_all"),
        ]
        permissions = [("listen", "Can listen to recordings")]

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s of {self.created_at:%Y-%m-%d}"

    @property
    def paths(self) -> tuple[str, str]:
        """Where the sound may lie: one of the two at a time, but while a key is being replaced."""
        path = sample_path(self, "")
        return path, path.replace(".flac", ".b.flac")


class Voice(models.Model):
    """The performer's voice. Its id never changes; `revision` grows with each new recording."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="voice")
    sample = models.ForeignKey(
        Sample,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The best of those used of its upload; empty: there is nothing to speak from.",
    )
    revision = models.PositiveIntegerField(default=0)
    oldest_revision = models.PositiveIntegerField(
        default=0, help_text="Clones of older revisions may not speak: what they were made from was erased."
    )
    cloning = models.BooleanField(
        null=True, blank=True, help_text="Whether this voice may be cloned; empty: as everybody's."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="voice_newest")]
        permissions = [("switch_cloning", "Can say whether somebody's voice may be cloned")]

    def __str__(self) -> str:
        return f"voice of {self.user}"


class Consent(models.Model):
    """That somebody agreed to have their voice imitated: to which wording, when, for which recording."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=10)
    sample_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.version} of {self.created_at:%Y-%m-%d}"
