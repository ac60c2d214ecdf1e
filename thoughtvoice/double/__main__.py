"""`python -m thoughtvoice.double`: the double in a shell, for a product without keys and with faults."""

import argparse
import signal
import sys
import threading
from dataclasses import fields
from types import FrameType

from thoughtvoice.double import Double, Script, Settings

HELP = "[after:]operation=kind[*count], as in clone=hang, after:delete=drop, speak=503*3 or '*=html_502'"


def _expect(double: Double, entry: str) -> None:
    operation, _, rest = entry.removeprefix("after:").partition("=")
    kind, _, count = rest.partition("*")
    if not (count or "1").isdecimal():
        raise ValueError(f"{entry} is no fault: write {HELP}.")
    double.expect(operation, kind, count=int(count or 1), after=entry.startswith("after:"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m thoughtvoice.double", description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--faults", nargs="*", default=[], metavar="FAULT", help=HELP)
    parser.add_argument("--fault-rate", type=float, default=0.0, help="share of calls that fail by chance")
    parser.add_argument("--seed", type=int, default=0)
    for setting in fields(Settings):
        kind = float if isinstance(setting.default, float) else str if setting.name == "api_key" else int
        parser.add_argument(f"--{setting.name.replace('_', '-')}", type=kind, default=setting.default)
    return parser.parse_args()


def main() -> None:
    given = _arguments()
    settings = Settings(**{setting.name: getattr(given, setting.name) for setting in fields(Settings)})
    script = Script(rate=given.fault_rate, seed=given.seed)
    over = threading.Event()

    def leave(number: int, frame: FrameType | None) -> None:
        over.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    with Double(settings, port=given.port, script=script) as double:
        try:
            for entry in given.faults:
                _expect(double, entry)
        except ValueError as unknown:
            sys.exit(str(unknown))
        told = [f"{name}_BASE_URL={double.url}\n" for name in ("ELEVENLABS", "GOOGLE_GEMINI")]
        told += [f"{name}_API_KEY={settings.api_key or 'anything'}\n" for name in ("ELEVENLABS", "GEMINI")]
        sys.stdout.write("".join(told))  # at once: whoever has read the first line may end us
        sys.stdout.flush()
        over.wait()


if __name__ == "__main__":
    main()
