"""The provider's places for custom voices. The pool is its slots: N rows, so "at most N" is structural."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from pool.habits import Habit
from pool.policy import STRATEGIES
from voices.models import Voice

REFUSALS = 2
"""Polls in a row that must be refused before the voices of an account are made elsewhere."""


class Switches(models.Model):
    """What staff change while everything runs: one row; every process follows within seconds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    singleton = models.BooleanField(default=True, unique=True, editable=False)
    enabled = models.BooleanField(default=True, help_text="Off: a temporary clone for every performance.")
    capacity = models.PositiveIntegerField(
        validators=[MinValueValidator(0)], help_text="Places that we use, at most what the provider sells."
    )
    strategy = models.CharField(max_length=10, choices=[(name, name) for name in STRATEGIES])
    ttl_minutes = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    cloning = models.BooleanField(
        default=True, help_text="Off: only voices that are allowed it by themselves get a new clone."
    )
    sharing = models.BooleanField(
        default=False, help_text="Linked accounts with the very same recording share one clone."
    )

    class Meta:
        verbose_name_plural = "switches"

    def __str__(self) -> str:
        return "switches of the pool"


class Account(models.Model):
    """A plan at the provider. Its key is in the settings, under the same name; what it allows was read there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.SlugField(max_length=40, unique=True)
    voice_limit = models.PositiveIntegerField(null=True, blank=True)
    foreign_voices = models.PositiveIntegerField(default=0, help_text="Made by hand: they take places.")
    creations_limit = models.PositiveIntegerField(null=True, blank=True)
    creations_used = models.PositiveIntegerField(default=0)
    characters_limit = models.PositiveIntegerField(null=True, blank=True)
    characters_used = models.PositiveIntegerField(default=0)
    concurrency = models.PositiveIntegerField(null=True, blank=True)
    resets_at = models.DateTimeField(null=True, blank=True)
    polled_at = models.DateTimeField(null=True, blank=True)
    refusals = models.PositiveIntegerField(default=0, help_text="Polls in a row that refused our key.")

    def __str__(self) -> str:
        return self.name

    @property
    def usable(self) -> bool:
        """Whether its key is there and is taken. Where there is no other account, a refusal changes nothing."""
        names = settings.PROVIDER_ACCOUNTS
        return self.name in names and (self.refusals < REFUSALS or len(names) == 1)


class Slot(models.Model):
    """One place at the provider, and the clone that is in it or that is still to be deleted from it.

    Whoever changes a slot claims it first: a conditional update that names the `turn` it looked at and
    raises it. Nobody else's update for that turn can then succeed (docs/adr/0002).
    """

    class State(models.TextChoices):
        FREE = "free"
        BUILDING = "building"
        """A clone is being made; the process that makes it may have died."""
        READY = "ready"
        """The clone speaks for `voice`."""
        UNKNOWN = "unknown"
        """Making the clone was answered by nobody; a listing settles it by `name`."""
        DELETING = "deleting"
        """The clone may not be used any more, and still takes the place until the provider confirms."""
        BLOCKED = "blocked"
        """Not ours to use: somebody's own voice has the place, or the capacity was lowered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="slots")
    number = models.PositiveIntegerField()
    turn = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.FREE)
    voice = models.OneToOneField(Voice, on_delete=models.SET_NULL, null=True, blank=True, related_name="slot")
    revision = models.PositiveIntegerField(default=0, help_text="The voice's revision that is in the clone.")
    remote_id = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=100, blank=True, help_text="The clone's unique name at the provider.")
    since = models.DateTimeField(default=timezone.now, help_text="When the state began.")
    pinned_until = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    first_used_at = models.DateTimeField(default=timezone.now)
    score = models.FloatField(default=0)
    pauses = models.JSONField(default=list)
    attempts = models.PositiveIntegerField(
        default=0, help_text="Deletions that the provider did not confirm."
    )
    retry_at = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["account", "number"]
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="one_row_a_place")]
        indexes = [models.Index(fields=["state"], name="slot_state")]
        permissions = [
            ("evict_slot", "Can take a voice out of the pool"),
            ("pin_slot", "Can pin a voice and end a pin"),
            ("warm_voice", "Can make a voice resident"),
            ("reconcile", "Can repair what rows and provider disagree on"),
        ]

    pinned_before: datetime | None = None
    """Where the pin that this process put on ends when it is taken off again."""

    def __str__(self) -> str:
        return f"slot {self.number} of {self.account}"

    @property
    def habit(self) -> Habit:
        return Habit(self.score, self.first_used_at, self.last_used_at, tuple(self.pauses))

    @property
    def speaks(self) -> bool:
        """Whether its clone may be used: it is there, and neither its recording nor its account was lost."""
        ready = self.voice is not None and self.state == Slot.State.READY and self.account.usable
        return ready and self.revision >= self.voice.oldest_revision  # type: ignore[union-attr]

    def move(self, **changes: Any) -> bool:
        """Change the slot if nobody has since it was read; say whether it was changed."""
        unmoved = Slot.objects.filter(pk=self.pk, turn=self.turn)
        if not unmoved.update(turn=self.turn + 1, **changes):
            return False
        self.turn += 1
        for name, value in changes.items():
            setattr(self, name, value)
        return True

    def empty(self, *, now: datetime) -> bool:
        """The provider holds nothing here any more."""
        return self.move(
            state=Slot.State.FREE, voice=None, remote_id="", name="", since=now, attempts=0, error=""
        )


class RememberedHabit(models.Model):
    """How a voice is used, kept while it is not resident."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    voice = models.OneToOneField(Voice, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    first_used_at = models.DateTimeField()
    last_used_at = models.DateTimeField(db_index=True)
    pauses = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"habit of {self.voice_id}"

    @property
    def habit(self) -> Habit:
        return Habit(self.score, self.first_used_at, self.last_used_at, tuple(self.pauses))


class Link(models.Model):
    """Staff know that two accounts are one person. Never made by a machine, and never on likeness alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    voice = models.OneToOneField(Voice, on_delete=models.CASCADE, related_name="+")
    speaks_as = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=200, help_text="How you know that it is the same person.")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.voice_id} speaks as {self.speaks_as_id}"


class Build(models.Model):
    """One creation at the provider: the scarcest thing we spend."""

    class Outcome(models.TextChoices):
        RUNNING = "running"
        MADE = "made"
        UNKNOWN = "unknown"
        NOT_MADE = "not_made"

    SPENT = (Outcome.RUNNING, Outcome.MADE, Outcome.UNKNOWN)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="builds")
    voice = models.ForeignKey(Voice, on_delete=models.SET_NULL, null=True, related_name="builds")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    first = models.BooleanField(help_text="Of this voice's revision: not a rebuild.")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.RUNNING)
    failure = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "started_at"], name="build_of_account"),
            models.Index(fields=["user", "started_at"], name="build_of_user"),
            models.Index(fields=["outcome", "-started_at"], name="build_newest"),
            models.Index(fields=["-started_at", "-id"], name="build_listed"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} at {self.started_at:%Y-%m-%d %H:%M}"


class GhostRun(models.Model):
    """How the ghosts stand (ghost.py): one row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    singleton = models.BooleanField(default=True, unique=True, editable=False)
    began_at = models.DateTimeField()
    seen_until = models.DateTimeField()
    state = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"ghosts since {self.began_at:%Y-%m-%d}"
