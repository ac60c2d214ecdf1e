import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thoughtvoice.settings")

application = get_wsgi_application()

from thoughtvoice import health, tallies, warming  # noqa: E402 - they need the settings that are loaded by now

tallies.fold()
health.announce()
warming.warm()
