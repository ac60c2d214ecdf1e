"""With what each operation of the API may refuse, as the OpenAPI document tells it."""

from accounts.activation import CodeRefused
from accounts.idempotency import InFlight, Mismatch
from accounts.quota import QuotaExceeded
from accounts.registration import NameTaken
from accounts.tokens import NotSignedIn
from accounts.views import WrongPassword, WrongSignIn
from perform.backgrounds import UnknownBackground
from perform.models import Pack
from perform.packs import EndlessRoutine, PackUnfinished
from perform.performances import DeadlineExceeded
from perform.routines import BadValue, UnknownRoutine
from perform.writers.base import WriterError
from pool.admission import SlotsBusy
from pool.budget import CreationsSpent, TooManyBuilds
from thoughtvoice.errors import DomainError
from voices.cloning import NoSample
from voices.providers.base import ProviderError, TextRefused
from voices.ranges import RangeNotSatisfiable
from voices.rejection import Problem, SampleRejected
from voices.samples import ConsentMissing
from voices.uploads import SampleTooLarge, TooManyFiles

CARD = "A playing card, such as Queen of Hearts or Q♥"

ONCE = [InFlight(), Mismatch()]
UPLOADING = [
    ConsentMissing(),
    SampleRejected([Problem("too_short", figures={"seconds": 12, "least": 30, "most": 60})]),
    SampleTooLarge(),
    TooManyFiles(),
    *ONCE,
]
COMPOSING = [
    UnknownRoutine("Choose one of: cards, numbers, star-signs.", routines=["cards", "numbers", "star-signs"]),
    BadValue(CARD, errors={"value": [CARD]}),
    WriterError(),
]
SPEAKING = [
    UnknownBackground("Choose one of: room, rain.", backgrounds=["room", "rain"]),
    QuotaExceeded("Ask for more, or wait until the month ends.", resets_at="2026-12-01T00:00:00Z"),
    NoSample(),
    SampleRejected([Problem("no_speech")]),
    TextRefused(),
    TooManyBuilds("Try again tomorrow.", retry_after=3600),
    SlotsBusy("Your voice is still being made. Try again in a moment.", retry_after=2),
    CreationsSpent("Voices that are ready go on; new ones again on 2026-12-01."),
    ProviderError("The voice service does not answer. Try again.", retry_after=5),
    DeadlineExceeded(),
    *ONCE,
]
RANGED: list[DomainError] = [RangeNotSatisfiable(48_000)]

OF: dict[str, list[DomainError]] = {
    "POST /auth/register": [
        CodeRefused(),
        NameTaken("Some fields are not as they should be.", errors={"username": ["This name is taken."]}),
        *ONCE,
    ],
    "POST /auth/login": [WrongSignIn()],
    "POST /auth/refresh": [NotSignedIn()],
    "DELETE /user/me": [WrongPassword()],
    "POST /user/password": [WrongPassword()],
    "POST /user/voice": UPLOADING,
    "POST /users/{user_id}/voice": UPLOADING,
    "GET /users/{user_id}/voice/source": [NoSample("Your recording cannot be read any more."), *RANGED],
    "POST /perform": [*COMPOSING, *SPEAKING],
    "POST /generate-audio": SPEAKING,
    "POST /generate-thought": COMPOSING,
    "GET /performances/{performance_id}/audio": RANGED,
    "POST /user/packs": [COMPOSING[0], EndlessRoutine(), NoSample()],
    "GET /user/packs/{pack_id}/archive": [PackUnfinished(Pack(state=Pack.State.MAKING)), *RANGED],
    "POST /admin/voice-pool/evict": [ProviderError()],
    "POST /admin/voice-pool/reconcile": [ProviderError()],
}
