"""Why a performance failed, in words for staff: what it means and who can do something about it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

CAUSES = {
    "slots_busy": _("All voice slots were taken by voices in use: the pool was full."),
    "voice_required": _(
        "No recording to speak from, its use was withdrawn, or making voices is switched off."
    ),
    "voice_creations_spent": _("The provider's monthly allowance of new voices is spent."),
    "too_many_builds": _("This performer's voice was built too often today."),
    "provider_unavailable": _("The voice service did not answer, or answered with an error."),
    "sample_rejected": _("The voice service refused the recording."),
    "text_refused": _("The voice service refused to speak this text."),
    "writer_unavailable": _("The writer did not answer, or its texts could not be used."),
    "deadline_exceeded": _("It took longer than a performance may take."),
    "cancelled": _("The phone hung up before the sound was made."),
    "internal_error": _("An error of ours: see the log under this request id."),
    "abandoned": _("The process that performed it ended before it was done."),
}


def words(failure: str) -> Any:
    """The sentence, or the code where we have none yet."""
    return CAUSES.get(failure, failure)
