"""What can be performed, and what was."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Charge


class Routine(models.Model):
    """A kind of value that a thought can hold. Staff write the guidance."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(max_length=40, unique=True, help_text="What the app sends as routine_type.")
    position = models.PositiveIntegerField(default=0)
    enabled = models.BooleanField(default=True)
    name_en = models.CharField("name (English)", max_length=60)
    name_es = models.CharField("name (Spanish)", max_length=60)
    guidance_en = models.TextField("guidance for the writer (English)", blank=True)
    guidance_es = models.TextField("guidance for the writer (Spanish)", blank=True)
    value_hint_en = models.CharField("what the value is (English)", max_length=200, blank=True)
    value_hint_es = models.CharField("what the value is (Spanish)", max_length=200, blank=True)
    value_pattern = models.CharField(
        max_length=2000, blank=True, help_text="A regular expression for the whole value; empty: free text."
    )
    examples_en = models.JSONField(default=list, blank=True)
    examples_es = models.JSONField(default=list, blank=True)
    values_en = models.JSONField(default=list, blank=True, help_text="All values, where they are finite.")
    values_es = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name_en

    def in_language(self, name: str, language: str) -> str:
        """A field that is kept in both languages: `name`, `guidance`, `value_hint`, `examples`, `values`."""
        return getattr(self, f"{name}_{language}")


def background_path(background: "Background", filename: str) -> str:
    return f"backgrounds/{background.pk.hex}.wav"


class Background(models.Model):
    """A named sound that can lie under the speech. The first enabled one is the default."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(max_length=40, unique=True, help_text="What the app sends as background.")
    position = models.PositiveIntegerField(default=0)
    enabled = models.BooleanField(default=True)
    name_en = models.CharField("name (English)", max_length=60)
    name_es = models.CharField("name (Spanish)", max_length=60)
    generated = models.CharField(
        max_length=20, blank=True, editable=False, help_text="One of our own noises; else the file is played."
    )
    sound = models.FileField(upload_to=background_path, max_length=200, blank=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name_en


def audio_path(performance: "Performance", filename: str) -> str:
    return f"performances/{performance.pk.hex[:2]}/{performance.pk.hex}.mp3"


class Performance(models.Model):
    """One thought: asked for, written, spoken."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    class Kind(models.TextChoices):
        PERFORM = "perform"
        AUDIO = "audio"
        """A text of the caller's own, spoken."""
        PACK = "pack"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="performances")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PERFORM)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    failure = models.CharField(max_length=40, blank=True, help_text="The problem's code.")
    routine = models.CharField(max_length=40, blank=True)
    value = models.CharField(max_length=1000, blank=True)
    topic = models.CharField(max_length=1000, blank=True)
    language = models.CharField(max_length=2)
    text = models.TextField(blank=True)
    text_source = models.CharField(max_length=10, blank=True)
    voice_source = models.CharField(max_length=20, blank=True)
    characters = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    audio = models.FileField(upload_to=audio_path, max_length=200, blank=True)
    factor = models.FloatField(default=1.0, help_text="The provider's credits for one character.")
    timings = models.JSONField(default=dict, help_text="Milliseconds by step.")
    charge = models.ForeignKey(Charge, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    attempt = models.UUIDField(
        null=True,
        editable=False,
        db_index=True,
        help_text="What it was made for: an attempt with a key, or an item of a pack.",
    )
    request_id = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        db_index=True,
        help_text="X-Request-ID of who asked for it.",
    )

    class Meta:
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="performance_newest"),
            models.Index(fields=["-created_at", "-id"], name="performance_newest_of_all"),
            models.Index(fields=["state", "-created_at", "-id"], name="performance_of_state"),
        ]
        permissions = [
            ("hear_performance", "Can listen to performances"),
            ("retry_performance", "Can run a failed performance again"),
        ]

    def __str__(self) -> str:
        return f"{self.routine} of {self.created_at:%Y-%m-%d %H:%M}"

    def delete_sound(self) -> None:
        """Whether `audio` names it or not: a process may have died between the file and the row."""
        self.audio.storage.delete(audio_path(self, ""))


class Pack(models.Model):
    """All values of a finite routine in the performer's voice, made beforehand."""

    class State(models.TextChoices):
        MAKING = "making"
        PAUSED = "paused"
        """Something is lacking, most often characters; it goes on by itself when that is there."""
        DONE = "done"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="packs")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.MAKING)
    failure = models.CharField(max_length=40, blank=True, help_text="Why it is paused: a problem's code.")
    routine = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    leased_until = models.DateTimeField(
        default=timezone.now, help_text="Until then a worker is at it; after that anybody may go on."
    )

    class Meta:
        indexes = [models.Index(fields=["state", "leased_until"], name="pack_waiting")]

    def __str__(self) -> str:
        return f"{self.routine} pack of {self.created_at:%Y-%m-%d}"


class PackItem(models.Model):
    """One value of a pack."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pack = models.ForeignKey(Pack, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    value = models.CharField(max_length=200)
    performance = models.ForeignKey(Performance, on_delete=models.SET_NULL, null=True, related_name="+")
    attempts = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["pack", "position"], name="one_item_a_position")]

    def __str__(self) -> str:
        return self.value


class Day(models.Model):
    """What was performed on one day of UTC, packs apart: see days.py. It stays when the performances go."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    date = models.DateField(unique=True)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    pooled = models.PositiveIntegerField(default=0, help_text="Spoken by a clone in the pool.")
    characters = models.PositiveBigIntegerField(default=0, help_text="Of packs too.")
    failures = models.JSONField(default=dict, help_text="How many of each problem's code.")
    first_audio = models.JSONField(default=list, help_text="How many in each of figures.MILLISECONDS.")
    counted_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d}"
