"""Make .venv/ and install the pinned requirements into it: `python3 deploy/install.py requirements.txt`.

Runs under the system's Python with nothing installed. Every failure ends in one plain sentence.
"""

import fcntl
import hashlib
import os
import platform
import re
import signal
import subprocess
import sys
import time

if sys.version_info < (3, 11):  # noqa: UP036 - everything above and this must run under an older one
    sys.exit(
        f"ThoughtVoice needs Python 3.11 or newer, and this is Python {platform.python_version()}: "
        "install a newer one, or name it: make run PYTHON=python3.12"
    )

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
# Digests of the requirement files that are installed, one a line. Absent while anything is being
# changed, and for another Python: an environment without it is unfinished and is made anew.
STAMP = VENV / f".installed-{VERSION}"
LOCK = ROOT / "var" / "install.lock"
LOG = ROOT / "var" / "log" / "install.log"

NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|ProtocolError"
    r"|Failed to establish a new connection|Temporary failure in name resolution|Connection refused"
    r"|Network is unreachable|Read timed out|Connection broken|SSLError|Could not fetch URL"
    r"|not a trusted or secure host"
)
UNFIT = re.compile(r"satisfies the requirement (\S+) .*\(from versions: (?!none)")
NOT_OFFERED = re.compile(r"No matching distribution found for (\S+)")
DISK_FULL = re.compile(r"No space left on device|Disk quota exceeded|Errno 28\b|Errno 122\b")
NO_VENV = re.compile(r"ensurepip is not available|No module named '?(venv|ensurepip)")


class Failed(Exception):
    """The installation cannot be finished; the message is one sentence for a person."""


def main() -> None:
    requirements = ROOT / sys.argv[1]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if not is_installed(requirements):
            with only_one_at_a_time():
                install(requirements)
    except KeyboardInterrupt:
        sys.exit("\nThe installation was interrupted; the next make begins it again.")
    except Failed as failure:
        sys.exit(str(failure))
    except OSError as error:
        sys.exit(explain_os_error(error))


def is_installed(requirements: Path) -> bool:
    """Say whether .venv/ works and holds these requirements."""
    if not os.access(PYTHON, os.X_OK) or not STAMP.exists():
        return False
    return digests(requirements)[0] in STAMP.read_text().split()


def digests(requirements: Path) -> list[str]:
    """Return the digest of the file with all it includes, then those of the files it includes."""
    text = requirements.read_text()
    included = [
        digest
        for name in re.findall(r"^-[rc]\s+(\S+)", text, re.MULTILINE)
        for digest in digests(requirements.parent / name)
    ]
    return [hashlib.sha256("\n".join([text, *included]).encode()).hexdigest(), *included]


@contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Hold the lock for the block; the kernel frees it however we end."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another installation of this checkout to finish …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(requirements: Path) -> None:
    if is_installed(requirements):  # by whoever held the lock before us
        return
    began = time.monotonic()
    earlier = STAMP.read_text() if STAMP.exists() else ""
    if not earlier or not os.access(PYTHON, os.X_OK):
        create_environment()
    STAMP.unlink(missing_ok=True)
    code, output = run_pip(requirements)
    keep(output)
    if code != 0:
        if earlier and "Installing collected packages" not in output:
            STAMP.write_text(earlier)  # pip gave up before it touched anything
        raise Failed(explain(output))
    STAMP.write_text("\n".join(digests(requirements)))
    print(f"Installed {requirements.name} into .venv in {time.monotonic() - began:.0f} s.")


def create_environment() -> None:
    """Make .venv/ in two steps, as `venv` alone keeps silent about why pip could not be unpacked."""
    print(f"Making .venv with Python {platform.python_version()} …", flush=True)
    run(sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV))
    run(str(PYTHON), "-I", "-m", "ensurepip", "--default-pip")


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        keep(done.stdout + done.stderr)
        raise Failed(explain(done.stdout + done.stderr))


def keep(output: str) -> None:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text(output)


def run_pip(requirements: Path) -> tuple[int, str]:
    """Return pip's exit code and all it said, while one line shows how far it is."""
    options = "--only-binary :all: --no-compile --disable-pip-version-check --no-input --progress-bar off --retries 3"
    pip = subprocess.Popen(  # noqa: S603
        [str(PYTHON), "-I", "-u", "-m", "pip", "install", *options.split(), "-r", str(requirements)],
        env={**os.environ, "PIP_USER": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    try:
        output = follow(pip)
    finally:
        pip.terminate()
        pip.wait()
    return pip.returncode, output


def follow(pip: "subprocess.Popen[str]") -> str:
    assert pip.stdout
    lines = []
    collected = 0
    show(f"Installing {collected} packages …")
    for line in pip.stdout:
        lines.append(line)
        if line.startswith("Collecting "):
            collected += 1
            show(f"Fetching package {collected}: {line.split()[1]}")
        elif line.startswith("Installing collected packages"):
            show(f"Unpacking {collected} packages …")
    show("")
    pip.wait()
    return "".join(lines)


def show(progress: str) -> None:
    """Replace the progress line, where there is a terminal to replace it on."""
    if sys.stdout.isatty():
        print(f"\r\033[K{progress[:70]}", end="", flush=True)


def explain(output: str) -> str:
    """Return what went wrong in one sentence that says what to do next."""
    unfit, not_offered = UNFIT.search(output), NOT_OFFERED.search(output)
    here = f"Python {VERSION} on {platform.system()} {platform.machine()}"
    if DISK_FULL.search(output):
        return "The disk is full: free about 1 GB and run make again."
    if NO_VENV.search(output):
        advice = f"install it (Debian, Ubuntu: apt install python{VERSION}-venv) and run make again."
        return f"This Python {VERSION} has no venv module: {advice}"
    if unfit:
        advice = "nothing is compiled here, so try another Python (make run PYTHON=python3.12)."
        return f"There is no ready-made wheel of {unfit[1]} for {here}: {advice}"
    if NETWORK.search(output):
        advice = "check the network (or PIP_INDEX_URL, HTTPS_PROXY) and run make again."
        return f"The package index cannot be reached: {advice}"
    if not_offered:
        advice = "try another Python (make run PYTHON=python3.12) or check PIP_INDEX_URL and PIP_NO_INDEX."
        return f"The package index offers no wheel of {not_offered[1]} for {here}: {advice}"
    errors = re.findall(r"^(?:ERROR|Error): (.+)", output, re.MULTILINE)
    reason = errors[-1].rstrip(".") if errors else "it did not say why"
    return f"The installation failed ({reason}); all that was said is in {LOG.relative_to(ROOT)}."


def explain_os_error(error: OSError) -> str:
    if DISK_FULL.search(str(error)):
        return explain(str(error))
    return f"The installation failed: {error.strerror or error} ({error.filename})."


if __name__ == "__main__":
    main()
