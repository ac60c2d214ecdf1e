"""Every benchmark can be found, is run by somebody and keeps what it found."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from benchmarks import results
from benchmarks.__main__ import BY_HAND, PARTS, benchmarks, named

HERE = Path(settings.BASE_DIR) / "benchmarks"
README = (HERE / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(benchmarks()))
def test_a_benchmark_is_in_the_table(name: str) -> None:
    assert re.search(rf"\| .*`{name}\b[^|]*\|$", README, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(benchmarks()))
def test_a_benchmark_keeps_its_figures(name: str) -> None:
    assert re.search(r"\bkeep\(\s*__file__", (HERE / f"{name}.py").read_text(encoding="utf-8"))


def test_what_is_run_by_hand_is_a_benchmark() -> None:
    assert benchmarks() >= BY_HAND.keys()


def test_what_is_no_benchmark_is_there() -> None:
    assert {path.stem for path in HERE.glob("*.py")} >= PARTS


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_the_command_by_hand_names_it(name: str) -> None:
    assert re.search(rf'ARGS="?[^"]*\b{name}\b', BY_HAND[name])


def test_arguments_belong_to_the_name_before_them() -> None:
    words = ["admission", "10000", "soak", "--minutes", "5", "mixing"]
    assert named(words) == [["admission", "10000"], ["soak", "--minutes", "5"], ["mixing"]]


@pytest.mark.parametrize("words", ["mixin", "mixing soke", "5 soak"])
def test_a_name_that_there_is_not_is_said(words: str) -> None:
    with pytest.raises(SystemExit, match="There is no benchmark"):
        named(words.split())


def test_figures_are_kept_with_the_machine_they_are_of(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(results, "ROOT", tmp_path)
    monkeypatch.setattr(results, "FOLDER", tmp_path / "var" / "benchmarks")
    results.keep("benchmarks/mixing.py", {"ratio": 1.5})
    kept = json.loads((tmp_path / "var" / "benchmarks" / "mixing.json").read_text())
    assert kept["figures"] == {"ratio": 1.5}
    assert set(kept) == {"figures", "at", "commit", "machine"}
    assert set(kept["machine"]) >= {"cores", "memory_gb", "processor", "python"}
    assert capsys.readouterr().out == "kept in var/benchmarks/mixing.json\n"
