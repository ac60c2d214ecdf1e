from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models.signals import post_migrate

from thoughtvoice import tallies

tallies.tell_apart()


class ThoughtVoiceConfig(AppConfig):
    """Makes the project an app, so that it can hold commands, checks and migrations for MongoDB."""

    name = "thoughtvoice"
    verbose_name = "ThoughtVoice"

    def ready(self) -> None:
        from accounts import roles  # noqa: PLC0415 - models are there only now
        from thoughtvoice import checks, jobs, words  # noqa: F401, PLC0415 - registers them

        words.look_up()
        post_migrate.connect(roles.ensure, sender=apps.get_app_config("django_q"))
        if settings.ON_MONGODB:
            from thoughtvoice.mongo import figures  # noqa: PLC0415

            figures.listen()
