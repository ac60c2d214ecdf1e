"""A voice takes one place, wholly or not at all, whoever else is about it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from voices.providers import places
from voices.providers.places import NoPlace, Places

ROOT = Path(__file__).parents[2]
RACER = """
import sys
from pathlib import Path
from voices.providers.places import NoPlace, Places
places = Places(Path(sys.argv[1]), 5)
sys.stdin.readline()
won = 0
for number in range(20):
    try:
        places.put(f"{sys.argv[2]}{number}", {})
        won += 1
    except NoPlace:
        pass
print(won)
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from voices.providers.places import Places
def put_and_die(folder, lines):
    def count(frame, event, argument):
        nonlocal lines
        if frame.f_code.co_filename.endswith("places.py") and event == "line":
            lines -= 1
            if lines < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return count
    sys.settrace(count)
    Places(folder, 2).put("mine", {"name": "mine"})
    os._exit(0)
for lines in range(int(sys.argv[2])):
    child = os.fork()
    if not child:
        put_and_die(Path(sys.argv[1]) / str(lines), lines)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def run(program: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_a_voice_is_kept_as_given(tmp_path):
    Places(tmp_path / "new", 2).put("a", {"name": "Añil"})
    assert list(Places(tmp_path / "new", 2).all()) == [("a", {"name": "Añil"})]
    assert Places(tmp_path / "new", 2).get("a") == {"name": "Añil"}


def test_a_folder_that_is_not_there_holds_no_voices(tmp_path):
    assert Places(tmp_path / "none", 2).taken() == 0
    assert Places(tmp_path / "none", 2).get("a") is None


def test_one_voice_too_many_is_refused_and_leaves_nothing(tmp_path):
    shelf = Places(tmp_path, 2)
    shelf.put("a", {})
    shelf.put("b", {})
    with pytest.raises(NoPlace):
        shelf.put("c", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["place-000", "place-001"]


def test_a_place_that_was_given_up_is_taken_again(tmp_path):
    shelf = Places(tmp_path, 2)
    for name in "ab":
        shelf.put(name, {})
    shelf.remove("a")
    shelf.remove("a")
    shelf.put("c", {})
    assert sorted(name for name, _ in shelf.all()) == ["b", "c"]


def test_a_capacity_that_was_lowered_holds_for_the_voices_in_higher_places(tmp_path):
    wide = Places(tmp_path, 3)
    for name in "abc":
        wide.put(name, {})
    wide.remove("a")
    with pytest.raises(NoPlace):
        Places(tmp_path, 2).put("d", {})


def test_processes_that_race_never_take_more_places_than_there_are(tmp_path):
    racers = [run(RACER, tmp_path, name) for name in "abc"]
    won = [int(racer.communicate("go\n")[0]) for racer in racers]
    assert sum(won) == 5
    assert Places(tmp_path, 5).taken() == 5


def test_a_process_killed_at_any_line_leaves_a_whole_voice_or_none(tmp_path):
    ends = run(KILLED, tmp_path, 30).communicate()[0].split()
    assert set(ends) == {str(-signal.SIGKILL), "0"}
    found = []
    for lines in range(30):
        shelf = Places(tmp_path / str(lines), 2)
        found.append(list(shelf.all()))
        for name in "ab"[shelf.taken() :]:
            shelf.put(name, {})
        assert shelf.taken() == 2
    whole = [("mine", {"name": "mine"})]
    assert sorted(found) == [[]] * found.count([]) + [whole] * found.count(whole)


def test_what_a_killed_process_left_is_swept_once_it_is_old(tmp_path):
    fresh, old = tmp_path / ".new-fresh", tmp_path / ".new-old"
    for folder in (fresh, old):
        folder.mkdir()
        (folder / "half.json").write_text("{")
    long_ago = time.time() - places.ABANDONED_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    Places(tmp_path, 2).put("a", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == [".new-fresh", "place-000"]
