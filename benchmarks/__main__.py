"""Run the benchmarks, each in a process of its own: `python -m benchmarks [NAME [ARGUMENT …] …]`.

Without a name: all that need no long preparation. Each prints its table and keeps it in var/benchmarks.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PARTS = {"__init__", "__main__", "bigdata", "results", "stage", "workloads"}
BY_HAND = {
    "admin_lists": 'DATABASE_URL=… make bench ARGS="bigdata admin_lists"   30 minutes, an empty database',
    "admission": "make bench ARGS=admission   20 minutes; a smaller number of voices may follow the name",
    "hot_queries": 'DATABASE_URL=… make bench ARGS="bigdata hot_queries"   30 minutes, an empty database',
    "import_legacy": "make bench ARGS=import_legacy   5 minutes",
    "pool_stress": 'DATABASE_URL=… make bench ARGS="pool_stress 480 5000"   10 minutes, an empty database',
    "rolling_restart": "make bench ARGS=rolling_restart   2 minutes",
    "soak": "make bench ARGS=soak   35 minutes",
    "web_server": "make bench ARGS=web_server   5 minutes",
}
"""How to run those that take long or need a server or rows, and what that takes."""


def main() -> None:
    wanted = named(sys.argv[1:]) or [[name] for name in sorted(benchmarks() - BY_HAND.keys())]
    failed = [name for name, *arguments in wanted if not passed(name, arguments)]
    if not sys.argv[1:]:
        print("\nLeft out, as they take long or need servers or rows (the minutes are rough):")
        print("\n".join(f"  {name:16} {how}" for name, how in BY_HAND.items()))
    sys.exit(f"\nFAILED: {', '.join(failed)}" if failed else 0)


def benchmarks() -> set[str]:
    return {path.stem for path in HERE.glob("*.py")} - PARTS


def named(words: list[str]) -> list[list[str]]:
    """Each name with the arguments after it, which are numbers, paths or options: never words."""
    runs: list[list[str]] = []
    for word in words:
        if word in benchmarks() | {"bigdata"}:
            runs.append([word])
        elif runs and not word.isidentifier():
            runs[-1].append(word)
        else:
            sys.exit(f"There is no benchmark {word}. There are: {', '.join(sorted(benchmarks()))}.")
    return runs


def passed(name: str, arguments: list[str]) -> bool:
    print(f"\n== {name}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    return subprocess.run(command, cwd=HERE.parent, check=False).returncode == 0  # noqa: S603


if __name__ == "__main__":
    main()
