"""Who may use it, and how much."""

import uuid
from typing import Any, Literal

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import names

SHARE = [MinValueValidator(0.0), MaxValueValidator(1.0)]


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, email: str, password: str | None, **fields: Any) -> "User":
        user = self.model(username=username.strip(), email=email.strip(), **fields)
        user.set_password(password)
        with transaction.atomic(using=self._db):
            user.save(force_insert=True, using=self._db)
        return user

    def create_superuser(self, username: str, email: str, password: str | None, **fields: Any) -> "User":
        return self.create_user(username, email, password, is_staff=True, is_superuser=True, **fields)

    def taken(self, username: str, email: str, *, but: uuid.UUID | None = None) -> dict[str, list[str]]:
        """Field → message where another user has that name or address.

        A name that is somebody's address is taken too: it would catch that person's sign-in by email.
        """
        others = self.exclude(pk=but) if but else self.all()
        name, address = names.key(username), names.key(email)
        told = {}
        if others.filter(Q(username_key=name) | Q(email_key=name)).exists():
            told["username"] = ["This name is taken. Choose another."]
        if others.filter(Q(email_key=address) | Q(username_key=address)).exists():
            told["email"] = ["This address already has an account. Sign in instead."]
        return told


class User(AbstractBaseUser, PermissionsMixin):
    """A performer or a member of staff."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=150, unique=True)
    username_key = models.CharField(max_length=300, unique=True, editable=False)
    email = models.EmailField()
    email_key = models.CharField(max_length=600, unique=True, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    char_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="Characters a month for this user; empty: the general limit."
    )
    allowance_from = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Charges before this instant no longer count."
    )
    erase_requested_at = models.DateTimeField(
        null=True, blank=True, editable=False, db_index=True, help_text="Everything of this user is to go."
    )

    objects = UserManager()

    class Meta:
        indexes = [
            models.Index(fields=["-date_joined", "-id"], name="user_newest"),
            models.Index(fields=["is_staff", "-date_joined", "-id"], name="user_staff"),
        ]
        permissions = [
            ("top_up", "Can give somebody characters"),
            ("end_devices", "Can sign out somebody's devices"),
        ]

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    def __str__(self) -> str:
        return self.username

    def clean(self) -> None:
        if told := User.objects.taken(self.username, self.email, but=self.pk):
            raise ValidationError(told)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.username_key = names.key(self.username)
        self.email_key = names.key(self.email)
        super().save(*args, **kwargs)


class ActivationCode(models.Model):
    """Lets one person in, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=64, unique=True)
    batch = models.CharField(max_length=100, blank=True, db_index=True)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True, editable=False)
    # No constraint in the database: the code is claimed for a user who is created a moment later.
    used_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, editable=False, db_constraint=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="code_newest"),
            models.Index(fields=["used_at", "-created_at", "-id"], name="code_unused"),
        ]

    def __str__(self) -> str:
        return self.code


class Device(models.Model):
    """A signed-in phone, and the one refresh token that it may use next."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=100, blank=True)
    platform = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    serial = models.PositiveIntegerField(
        default=0, editable=False, help_text="How often the refresh token has been rotated."
    )
    rotated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="device_newest")]

    def __str__(self) -> str:
        return self.name or str(self.id)


class Preferences(models.Model):
    """How a performer wants to be spoken."""

    class Language(models.TextChoices):
        ENGLISH = "english", "English"
        SPANISH = "spanish", "Spanish"

    class Sex(models.TextChoices):
        FEMALE = "female", "Female"
        MALE = "male", "Male"

    class Platform(models.TextChoices):
        ANDROID = "android", "Android"
        IOS = "ios", "iOS"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="preferences")
    language = models.CharField(max_length=10, choices=Language, default=Language.ENGLISH)
    sex = models.CharField(max_length=10, choices=Sex, default=Sex.FEMALE)
    os = models.CharField("OS", max_length=10, choices=Platform, default=Platform.ANDROID)
    voice_similarity = models.FloatField(default=0.75, validators=SHARE)
    stability = models.FloatField(default=0.5, validators=SHARE)
    style = models.FloatField(default=0.0, validators=SHARE)
    add_background_sound = models.BooleanField(default=False)
    background_volume = models.FloatField(default=0.3, validators=SHARE)

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"{self.user}: {self.language}"

    @property
    def iso(self) -> Literal["en", "es"]:
        return "es" if self.language == self.Language.SPANISH else "en"


class Charge(models.Model):
    """Characters of the month's allowance: held while a performance runs, then settled or released.

    The month's count is the sum of these rows and stands nowhere else, so that what is shown is what is
    enforced.
    """

    class State(models.TextChoices):
        HELD = "held"
        SETTLED = "settled"
        RELEASED = "released"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="charges")
    number = models.PositiveIntegerField(help_text="Of this user's charges: one after another.")
    state = models.CharField(max_length=10, choices=State, default=State.HELD)
    characters = models.PositiveIntegerField()
    factor = models.FloatField(default=1.0, help_text="The provider's credits for one character.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["user", "created_at"], name="charge_month"),
            models.Index(fields=["state", "created_at"], name="charge_state"),
            models.Index(fields=["-created_at", "-id"], name="charge_newest"),
        ]
        constraints = [models.UniqueConstraint(fields=["user", "number"], name="one_charge_a_number")]

    def __str__(self) -> str:
        return f"{self.characters} {self.state}"


class TopUp(models.Model):
    """Characters that staff gave somebody for the month in which they did."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="top_ups")
    characters = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["user", "created_at"], name="topup_month")]

    def __str__(self) -> str:
        return f"{self.characters} for {self.user}"


class Lease(models.Model):
    """Who may do a job now: nobody else before `until`. And how it last went."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60, unique=True)
    until = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Attempt(models.Model):
    """A request that carries an Idempotency-Key: running, or answered and to be answered alike again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.CharField(max_length=80, help_text="Whose key it is, and for which endpoint.")
    key_hash = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    claimed_at = models.DateTimeField(default=timezone.now, editable=False)
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty while the request runs.")
    headers = models.JSONField(default=dict)
    sealed_body = models.BinaryField(default=b"", help_text="Encrypted: it may hold tokens.")
    reference = models.CharField(max_length=40, blank=True, help_text="What is kept elsewhere.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key_hash"], name="one_attempt_a_key")]

    def __str__(self) -> str:
        return f"{self.scope} {self.status or 'running'}"


class Unchangeable(models.QuerySet["StaffAction"]):
    def update(self, **fields: Any) -> int:
        raise PermissionDenied("What staff did stays as it was written.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise PermissionDenied("What staff did stays as it was written.")


class StaffAction(models.Model):
    """What a member of staff did or listened to, when, to what, and why: see audit.py."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    action = models.CharField(max_length=60, db_index=True)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    about = models.UUIDField("performer", null=True, db_index=True, help_text="Stays when they are erased.")
    reason = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True, db_index=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = Unchangeable.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="staffaction_newest")]

    def __str__(self) -> str:
        return f"{self.action} by {self.staff}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionDenied("What staff did stays as it was written.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise PermissionDenied("What staff did stays as it was written.")
