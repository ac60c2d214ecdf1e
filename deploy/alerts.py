"""Check what Prometheus and Grafana are given, by Prometheus' own promtool: `python deploy/alerts.py`.

promtool comes from the PATH, or out of Debian's package prometheus, which is unpacked under var/ and not
installed. Where there is neither, this fails and says what to install.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboard.json"
UNPACKED = ROOT / "var" / "prometheus"
MISSING = (
    "The alerts were NOT CHECKED: there is no promtool, and it cannot be had from Debian's packages ({reason}). "
    "Install Prometheus (Debian, Ubuntu: apt install prometheus; macOS: brew install prometheus)."
)


def main() -> None:
    promtool = shutil.which("promtool") or unpacked()
    run(promtool, "check", "config", "--syntax-only", PROMETHEUS / "prometheus.yml")
    run(promtool, "check", "rules", PROMETHEUS / "alerts.yml")
    run(promtool, "test", "rules", PROMETHEUS / "alerts_test.yml")
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as rules:
        rules.write(as_rules(expressions()))
        rules.flush()
        run(promtool, "check", "rules", rules.name)


def unpacked() -> str:
    promtool = UNPACKED / "usr" / "bin" / "promtool"
    if promtool.exists():
        return str(promtool)
    print("Fetching promtool out of Debian's package prometheus …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            fetch("apt-get", "update", "--quiet", folder=folder)
        fetch("apt-get", "download", "--quiet", "prometheus", folder=folder)
        (package,) = Path(folder).glob("*.deb")
        UNPACKED.mkdir(parents=True, exist_ok=True)
        fetch("dpkg-deb", "--extract", package.name, str(UNPACKED), folder=folder)
    return str(promtool)


def fetch(*command: str, folder: str) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        sys.exit(MISSING.format(reason=f"there is no {command[0]}"))
    if done.returncode:
        sys.exit(MISSING.format(reason=done.stderr.strip().splitlines()[-1] if done.stderr else command[0]))


def expressions() -> Iterator[str]:
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        for target in panel.get("targets", []):
            yield target["expr"].replace("$__rate_interval", "5m")


def as_rules(queries: Iterator[str]) -> str:
    """What the dashboard asks as recording rules, which promtool parses."""
    rules = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(queries)]
    return json.dumps({"groups": [{"name": "dashboard", "rules": rules}]})


def run(promtool: str, *arguments: str | Path) -> None:
    done = subprocess.run([promtool, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


if __name__ == "__main__":
    main()
