import os
import secrets
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.activation import issue
from thoughtvoice import demo, processes

READY_SECONDS = 60.0
RECORDING = Path("voices/recordings/en_f_allison_1.flac")


class Command(BaseCommand):
    help = "Run web and worker on this machine, and show a real performance through the HTTP API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="default: PORT, or 8000")
        parser.add_argument("--once", action="store_true", help="stop after the performance")

    def handle(self, *, port: str, once: bool, **options: Any) -> None:
        try:
            self.run(port_number(port), once=once)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")
        except (processes.AlreadyRunning, processes.PortUnavailable, processes.Died, demo.Failed) as error:
            sys.exit(str(error))

    def run(self, port: int, *, once: bool) -> None:
        var = settings.BASE_DIR / "var"
        var.mkdir(exist_ok=True)
        with processes.alone(var / "run.lock", port=port):
            self.run_alone(port, var, once=once)

    def run_alone(self, port: int, var: Path, *, once: bool) -> None:
        processes.check_port(port)
        self.stdout.write(f"ThoughtVoice on http://127.0.0.1:{port}")
        code, spare = self.prepare(var)
        env = {**os.environ, "PORT": str(port), "PYTHONUNBUFFERED": "1"}
        with processes.running(commands(port), logs=var / "log", cwd=settings.BASE_DIR, env=env) as children:
            client = demo.Client(port)
            self.timed("web and worker started", lambda: wait_for_answer(client, children))
            self.perform(client, children, code, var / "demo", once=once)
            if not once:
                self.serve(port, children, var, spare)

    def prepare(self, var: Path) -> list[str]:
        """Bring the database up to date and return two fresh activation codes."""
        quiet = {"verbosity": 0, "stdout": StringIO()}
        self.timed("database migrated", lambda: call_command("migrate", interactive=False, **quiet))
        self.timed("schedules written", lambda: call_command("syncschedules", **quiet))
        self.timed("staff user ready", lambda: ensure_staff(var / "staff-password"))
        return issue(count=2, batch="demo", now=timezone.now())

    def perform(
        self, client: demo.Client, children: list[processes.Child], code: str, folder: Path, *, once: bool
    ) -> None:
        """Show one performance; when we keep serving, a failed one is said and not the end."""

        def pause() -> None:
            processes.watch(children)
            time.sleep(0.1)

        walk = demo.Walk(client, say=self.stdout.write, pause=pause)
        recording = settings.BASE_DIR / RECORDING
        try:
            mp3 = walk.perform(activation_code=code, recording=recording, folder=folder, now=timezone.now())
        except demo.Failed as error:
            processes.watch(children)
            if once:
                raise
            self.stderr.write(f"The performance failed. {error}")
        else:
            self.stdout.write(f"  {mp3.relative_to(settings.BASE_DIR)}")

    def serve(self, port: int, children: list[processes.Child], var: Path, code: str) -> None:
        if settings.REFERENCE_CLIENT:
            self.stdout.write(f"Try it yourself: http://127.0.0.1:{port}/?code={code}")
        pages = "  ".join(f"http://127.0.0.1:{port}{path}" for path in ("/admin/", "/docs", "/health"))
        self.stdout.write(f"Serving: {pages}")
        self.stdout.write(f"Staff: user staff, password in {var / 'staff-password'}; logs in {var / 'log'}")
        self.stdout.write("Ctrl-C stops everything.")
        while True:
            processes.watch(children)
            time.sleep(0.5)

    def timed(self, label: str, act: Callable[[], Any]) -> None:
        began = time.monotonic()
        act()
        self.stdout.write(demo.step(label, (time.monotonic() - began) * 1000))


def port_number(given: str) -> int:
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 65535:
        raise CommandError(f"PORT is “{given}”; it must be a number from 1 to 65535: PORT=8001 make run")
    return int(given)


def commands(port: int) -> dict[str, list[str]]:
    # A browser's idle connections must not hold up Ctrl-C, as they may hold up a deployment.
    options = f"--config deploy/gunicorn.py --bind 127.0.0.1:{port} --graceful-timeout 2"
    return {
        "web": [sys.executable, "-m", "gunicorn", *options.split()],
        "worker": [sys.executable, "manage.py", "qcluster"],
    }


def wait_for_answer(client: demo.Client, children: list[processes.Child]) -> None:
    if not processes.wait_until(lambda: demo.is_healthy(client), children, seconds=READY_SECONDS):
        raise demo.Failed(f"GET /health did not answer within {READY_SECONDS:.0f} s; see {children[0].log}")


def ensure_staff(password_file: Path) -> None:
    """Make sure of a user “staff”, whose password is in the file; a password changed since is left alone."""
    users = get_user_model().objects
    staff = users.filter(username="staff").first()
    if staff is None:
        users.create_superuser("staff", "staff@example.com", kept_password(password_file))
    elif not password_file.exists():
        staff.set_password(kept_password(password_file))
        staff.save(update_fields=["password"])


def kept_password(file: Path) -> str:
    """Return the password in the file, which only its owner may read; the first call makes one up."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(12) + "\n")
    return file.read_text().strip()
