"""What other strategies and other numbers of slots would have saved on the uses that really came. Pure.

A ghost is a pool without clones: it only counts how many uses would have found their voice resident. A job
replays the uses since its last run, in order; nothing here is in a request's way. The state is plain lists,
numbers and text, so that it goes into JSON and comes back in the same order from every database.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pool.habits import Habit, newcomer, used
from pool.policy import STRATEGIES, Resident

REMEMBERED = 4
"""Of voices that are resident nowhere, habits are kept for this times the largest capacity."""

NO_TTL = timedelta.max
"""A strategy only says who makes room; here nobody leaves earlier than that."""

State = dict[str, Any]
Habits = dict[str, Habit]
"""Last used last."""


@dataclass
class Ghost:
    """A pool of this strategy and capacity, its hits so far, and who would be resident in it."""

    strategy: str
    capacity: int
    hits: int = 0
    residents: list[str] = field(default_factory=list)

    def see(self, voice: str, habits: Habits, *, now: datetime) -> bool:
        """A use of the voice: was it resident? It is from now on. `habits` has every resident's."""
        hit = voice in self.residents
        if not hit and len(self.residents) >= self.capacity:
            self.residents.remove(self._leaving(habits, now))
        if not hit:
            self.residents.append(voice)
        self.hits += hit
        return hit

    def _leaving(self, habits: Habits, now: datetime) -> str:
        residents = [Resident(voice, habits[voice], now) for voice in self.residents]
        return str(STRATEGIES[self.strategy].order(residents, now=now, ttl=NO_TTL)[0].key)


def start(strategies: Iterable[str], capacities: Iterable[int]) -> State:
    """The state before the first use: a ghost for each strategy with each capacity (at least 1)."""
    sizes = sorted(set(capacities))
    ghosts = [asdict(Ghost(strategy, capacity)) for strategy in strategies for capacity in sizes]
    return {"uses": 0, "habits": [], "ghosts": ghosts}


def replay(state: State, events: Iterable[tuple[str, datetime]]) -> State:
    """The state after these uses (voice, instant), in order. Batches may be cut anywhere."""
    ghosts = [Ghost(**ghost) for ghost in _copied(state["ghosts"])]
    habits = {voice: _habit(*columns) for voice, *columns in state["habits"]}
    uses = state["uses"]
    for voice, now in events:
        uses += 1
        known = habits.pop(voice, None)
        habits[voice] = used(known, now=now) if known else newcomer(now)
        for ghost in ghosts:
            ghost.see(voice, habits, now=now)
        _forget(habits, ghosts)
    kept = [[voice, *_columns(habit)] for voice, habit in habits.items()]
    return {"uses": uses, "habits": kept, "ghosts": [asdict(ghost) for ghost in ghosts]}


def _forget(habits: Habits, ghosts: list[Ghost]) -> None:
    """Forget the voice that was used longest ago and is resident nowhere, if there are too many."""
    capacities = [ghost.capacity for ghost in ghosts]
    if len(habits) > sum(capacities) + REMEMBERED * max(capacities):
        del habits[next(v for v in habits if not any(v in ghost.residents for ghost in ghosts))]


def _copied(ghosts: list[State]) -> list[State]:
    return [{**ghost, "residents": [*ghost["residents"]]} for ghost in ghosts]


def _habit(score: float, first: str, last: str, pauses: list[float]) -> Habit:
    return Habit(score, datetime.fromisoformat(first), datetime.fromisoformat(last), tuple(pauses))


def _columns(habit: Habit) -> list[Any]:
    return [
        habit.score,
        habit.first_used_at.isoformat(),
        habit.last_used_at.isoformat(),
        list(habit.pauses),
    ]
