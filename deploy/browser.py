"""Run the browser tests: `make test-browser`. Arguments go to pytest.

The browser is Chromium or Chrome: the one that CHROMIUM names, else one that is installed; where there is
none and we are root on Debian or a relative of it, its package is installed first. Nothing is ever skipped.
"""

import os
import shutil
import subprocess
import sys

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ADVICE = "install Chromium (Debian: apt-get install chromium), or name it: make test-browser CHROMIUM=/path"


class Unavailable(Exception):
    """There is no browser; the message is one sentence for a person."""


def main() -> None:
    try:
        chromium = find() or install()
    except Unavailable as reason:
        sys.exit(f"The browser tests were NOT RUN. {reason}")
    command = [sys.executable, "-m", "pytest", "-q", "-m", "browser", *sys.argv[1:]]
    os.execve(sys.executable, command, {**os.environ, "CHROMIUM": chromium})  # noqa: S606


def find() -> str | None:
    """Raises: Unavailable, should CHROMIUM name what cannot be run."""
    if not (named := os.environ.get("CHROMIUM")):
        return next(filter(None, map(shutil.which, NAMES)), None)
    if found := shutil.which(named):
        return found
    raise Unavailable(f"CHROMIUM is “{named}”, and that is no program here: {ADVICE}.")


def install() -> str:
    """With apt, which asks nothing. Raises: Unavailable."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Unavailable(f"There is no browser here: {ADVICE}.")
    print("Installing Chromium with apt …", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603
            ["apt-get", "-qq", *step],  # noqa: S607
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            check=False,
            **quiet,
        )
    if found := find():
        return found
    said = (done.stderr.strip().splitlines() or ["apt-get did not say why"])[-1]
    raise Unavailable(f"Chromium could not be installed ({said}): {ADVICE}.")


if __name__ == "__main__":
    main()
