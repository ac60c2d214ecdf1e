"""What each eviction strategy costs in clones made again, beside LRU, strategies of caches and the offline optimum.

    python -m benchmarks.pool_policy [SEEDS]

The caches' own are those of the library `libcachesim`, and left out without it. Its LRU must agree with ours.
"""

import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import geometric_mean, median
from typing import Any

import numpy as np

try:
    import libcachesim
except ImportError:
    libcachesim = None

from benchmarks.results import keep
from benchmarks.workloads import DAYS, SCENARIOS, START, Use, trace
from pool.habits import HALF_LIFE, Habit
from pool.policy import STRATEGIES, Order, Resident

GEOMETRIES = [(100, 10), (300, 10), (300, 30), (2000, 60)]
"""Users, slots."""

CROWDS = [1, 2, 3, 5, 10, 20, 33]
"""Users for each slot."""

DECISIONS = [10, 160, 660]
"""Residents: a small plan, a middle one, the largest seen."""

WARM_UP = START + timedelta(days=14)
MONTH = 30 / (DAYS - 14)
TTL = timedelta(minutes=30)

Residents = dict[int, Use]
"""The last use of each user who is resident."""

Victim = Callable[[Residents, datetime], int]


@dataclass(frozen=True)
class Outcome:
    """After the warm-up: performs, first clones of users, and clones made again; `hits` of all performs."""

    performs: int
    first: int
    again: int
    hits: list[bool]


def victim_of(order: Order) -> Victim:
    """The product's own code, put to the test."""

    def victim(residents: Residents, now: datetime) -> int:
        known = [Resident(use.user, use.habit, now) for use in residents.values()]
        return order(known, now=now, ttl=TTL)[0].key

    return victim


def count_times_recency(residents: Residents, now: datetime) -> int:
    """The roadmap's first words for the hybrid: lifetime uses, fading."""

    def value(use: Use) -> float:
        return use.uses * math.exp2(-(now - use.at).total_seconds() / HALF_LIFE)

    return min(residents.values(), key=value).user


def belady(residents: Residents, now: datetime) -> int:
    """The offline optimum: it knows who comes back last."""
    return max(residents.values(), key=lambda use: use.next_at).user


POLICIES: dict[str, Victim] = {
    **{name: victim_of(strategy.order) for name, strategy in STRATEGIES.items()},
    "count × recency": count_times_recency,
    "Belady": belady,
}


SIZE = 1000
"""Of a voice in the library, whose queues are shares of a size: with 1, a tenth of ten places would be nothing."""

ANCHORS: dict[str, Callable[[int], Any]] = (
    {
        "LRU of libcachesim": lambda size: libcachesim.LRU(size),
        "SIEVE": lambda size: libcachesim.Sieve(size),
        "ARC": lambda size: libcachesim.ARC(size),
        "S3-FIFO": lambda size: libcachesim.S3FIFO(size),
        "W-TinyLFU, a tenth is window": lambda size: libcachesim.WTinyLFU(size, window_size=0.1),
        "W-TinyLFU, half is window": lambda size: libcachesim.WTinyLFU(size, window_size=0.5),
    }
    if libcachesim
    else {}
)


def simulate(uses: list[Use], slots: int, victim: Victim, *, kept: timedelta = timedelta.max) -> Outcome:
    """A clone that is idle for longer than `kept` is deleted at once; else when its place is needed."""
    residents: Residents = {}
    hits, first, again = [], 0, 0
    for use in uses:
        last = residents.pop(use.user, None)
        hits.append(last is not None and use.at - last.at <= kept)
        if last is None and len(residents) == slots:
            del residents[victim(residents, use.at)]
        residents[use.user] = use
        if not hits[-1] and use.at >= WARM_UP:
            first += use.uses == 1
            again += use.uses > 1
    return Outcome(sum(use.at >= WARM_UP for use in uses), first, again, hits)


def cached(uses: list[Use], slots: int, anchor: Callable[[int], Any]) -> Outcome:
    """The same by a cache of the library, which holds `slots` voices and not one more."""
    cache = anchor(slots * SIZE + SIZE // 2)
    hits = [
        cache.get(libcachesim.Request(obj_id=use.user, obj_size=SIZE, clock_time=number))
        for number, use in enumerate(uses)
    ]
    counted = [use for use, hit in zip(uses, hits, strict=True) if use.at >= WARM_UP and not hit]
    first = sum(use.uses == 1 for use in counted)
    return Outcome(sum(use.at >= WARM_UP for use in uses), first, len(counted) - first, hits)


def outcomes(uses: list[Use], slots: int) -> dict[str, Outcome]:
    found = {name: simulate(uses, slots, victim) for name, victim in POLICIES.items()}
    found["ttl, deleted on expiry"] = simulate(uses, slots, POLICIES["lru"], kept=TTL)
    found |= {name: cached(uses, slots, anchor) for name, anchor in ANCHORS.items()}
    assert "LRU of libcachesim" not in found or found["LRU of libcachesim"].hits == found["lru"].hits
    return found


def decision_ms(order: Order, residents: int, *, runs: int = 30) -> float:
    """The median processor time to name who leaves, everybody having eight pauses."""
    rng = np.random.default_rng(residents)
    now = START + timedelta(days=DAYS)
    known = [someone(number, now, rng) for number in range(residents)]
    times = []
    for _ in range(runs):
        began = time.process_time()
        order(known, now=now, ttl=TTL)
        times.append((time.process_time() - began) * 1000)
    return median(times)


def someone(key: int, now: datetime, rng: np.random.Generator) -> Resident:
    last = now - timedelta(days=rng.exponential(2))
    pauses = tuple(float(pause) for pause in rng.exponential(200_000, 8))
    return Resident(key, Habit(rng.uniform(0, 5), last - timedelta(days=30), last, pauses), now)


def compare(seeds: int) -> list[dict]:
    """Clones made again by every policy, for each scenario, geometry and seed."""
    return [
        {
            "scenario": scenario,
            "users": users,
            "slots": slots,
            "seed": seed,
            "again": {
                name: o.again for name, o in outcomes(trace(scenario, users, seed=seed), slots).items()
            },
        }
        for scenario in SCENARIOS
        for users, slots in GEOMETRIES
        for seed in range(1, seeds + 1)
    ]


def ratios(runs: list[dict], name: str, to: str) -> list[float]:
    return [run["again"][name] / run["again"][to] for run in runs]


def table(runs: list[dict]) -> dict[str, dict[str, float]]:
    """Geometric means: relative to LRU by scenario and over all, the worst, and relative to Belady."""
    return {
        name: {
            **{
                scenario: geometric_mean(ratios([r for r in runs if r["scenario"] == scenario], name, "lru"))
                for scenario in SCENARIOS
            },
            "× LRU": geometric_mean(ratios(runs, name, "lru")),
            "worst": max(ratios(runs, name, "lru")),
            "× Belady": geometric_mean(ratios(runs, name, "Belady")),
        }
        for name in runs[0]["again"]
    }


def crowding(slots: int = 20) -> list[dict]:
    """What a user costs by how many share a slot: creations a month with the hybrid, share of performs hit."""
    found = []
    for crowd in CROWDS:
        outcome = simulate(trace("steady", crowd * slots, seed=1), slots, POLICIES["hybrid"])
        created = (outcome.first + outcome.again) / (crowd * slots) * MONTH
        hit = 1 - (outcome.first + outcome.again) / outcome.performs
        found.append({"users a slot": crowd, "creations a user and month": created, "hit": hit})
    return found


def show(title: str, rows: dict[str, list[float]], columns: list[str]) -> None:
    print(f"\n{title:<32}" + "".join(f"{column:>10}" for column in columns))
    for name, values in rows.items():
        print(f"{name:<32}" + "".join(f"{value:>10.3f}" for value in values))


def run(seeds: int) -> dict:
    runs = compare(seeds)
    means = table(runs)
    costs = {
        name: [decision_ms(strategy.order, residents) for residents in DECISIONS]
        for name, strategy in STRATEGIES.items()
    }
    crowds = crowding()
    print(f"{DAYS} days, the last {DAYS - 14} counted; geometric mean of {len(runs)} runs; lower is better")
    show("clones made again", {name: [*row.values()] for name, row in means.items()}, [*means["lru"]])
    show("p50 of a decision, ms", costs, [f"K = {residents}" for residents in DECISIONS])
    by_crowd = {
        f"{c['users a slot']} users a slot": [c["creations a user and month"], c["hit"]] for c in crowds
    }
    show("hybrid, steady, 20 slots", by_crowd, ["made/month", "hit"])
    if not ANCHORS:
        print("\nNOT COMPARED with the strategies of libcachesim, which make bench installs.")
    best = min(STRATEGIES, key=lambda name: means[name]["× LRU"])
    print(f"\nThe default should be: {best}")
    return {"runs": runs, "means": means, "decision_ms": costs, "crowding": crowds, "best": best}


if __name__ == "__main__":
    keep(__file__, run(int(sys.argv[1]) if sys.argv[1:] else 1))
