"""One, fifty and two hundred performances in flight on one small machine: how near to the ideal, and does memory stay?

    python -m benchmarks.throughput [IN_FLIGHT …]

The double speaks as fast as a listener hears, so that one performance takes as long as its sound; the ideal is
that it takes no longer among many.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.first_audio import IDEAL, USERS, account, performed, press, served
from benchmarks.results import keep

CROWDS = [1, 50, 200]
ROUNDS = 3
REAL_TIME = 1.0


def main() -> None:
    crowds = [int(argument) for argument in sys.argv[1:]] or CROWDS
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), pace=REAL_TIME) as processes:
        users = [account(number) for number in range(USERS)]
        press(users[0])
        alone = press(users[0])[1]
        found = {crowd: measured(users, crowd, alone, processes["web"]) for crowd in crowds}
    keep(__file__, {"alone_s": alone, "in_flight": found})


def measured(users: list[str], in_flight: int, alone: float, web: int) -> dict[str, list[float]]:
    rounds = []
    for number in range(ROUNDS):
        rounds.append(
            {
                **told(performed(users, in_flight=in_flight, rounds=2), alone, in_flight),
                "memory_mb": resident(web),
            }
        )
        print(
            "round {}, {} in flight: {a_second:.1f} a second, {of_the_ideal:.2f} of the ideal (at least 0.90), none "
            "failed; first audio {late_ms:.0f} ms later than the ideal".format(
                number + 1, in_flight, **rounds[-1]
            ),
            flush=True,
        )
    columns = {name: [each[name] for each in rounds] for name in rounds[0]}
    memory = columns["memory_mb"]
    print(
        f"  memory of the web processes: {' → '.join(f'{size:.0f}' for size in memory)} MB, "
        f"{memory[-1] / memory[0]:.2f} × (flat: at most 1.10)"
    )
    return columns


def told(times: list[tuple[float, float]], alone: float, in_flight: int) -> dict[str, float]:
    whole = statistics.mean(total for _, total in times)
    late = statistics.median(first - IDEAL for first, _ in times)
    return {"a_second": in_flight / whole, "of_the_ideal": alone / whole, "late_ms": late * 1000}


def resident(pid: int) -> float:
    """Megabytes of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = [int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in (pid, *children)]
    return sum(pages) * 4096 / 1e6


if __name__ == "__main__":
    main()
