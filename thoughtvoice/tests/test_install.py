"""What deploy/install.py decides: is there anything to do, and what to say when it fails."""

import importlib.util
from pathlib import Path

import pytest

PLACE = Path(__file__).resolve().parents[2] / "deploy" / "install.py"
spec = importlib.util.spec_from_file_location("install", PLACE)
assert spec
assert spec.loader
install = importlib.util.module_from_spec(spec)
spec.loader.exec_module(install)

VERSION = install.VERSION
NONE_FOUND = """\
ERROR: Could not find a version that satisfies the requirement attrs==26.1.0 (from versions: none)
ERROR: No matching distribution found for attrs==26.1.0
"""
REFUSED = """\
Collecting attrs==26.1.0 (from -r requirements.txt (line 1))
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection \
broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7f>: Failed to \
establish a new connection: [Errno 111] Connection refused')': /attrs/
"""
OTHERS_FOUND = """\
ERROR: Could not find a version that satisfies the requirement numpy==2.4.6 (from versions: 1.26.3, 1.26.4)
ERROR: No matching distribution found for numpy==2.4.6
"""


@pytest.mark.parametrize(
    ("output", "beginning"),
    [
        (REFUSED + NONE_FOUND, "The package index cannot be reached: "),
        (OTHERS_FOUND, f"There is no ready-made wheel of numpy==2.4.6 for Python {VERSION} on "),
        (REFUSED + OTHERS_FOUND, f"There is no ready-made wheel of numpy==2.4.6 for Python {VERSION} on "),
        (NONE_FOUND, f"The package index offers no wheel of attrs==26.1.0 for Python {VERSION} on "),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
            "The disk is",
        ),
        (
            f"/usr/bin/python{VERSION}: No module named ensurepip\n",
            f"This Python {VERSION} has no venv module: ",
        ),
        ("ERROR: Invalid requirement: 'a b'\n", "The installation failed (Invalid requirement: 'a b'); "),
        ("", "The installation failed (it did not say why); "),
    ],
    ids=["offline", "unfit", "unfit after a hiccup", "not offered", "disk", "no venv", "other", "silence"],
)
def test_every_failure_is_explained_in_one_line(output: str, beginning: str) -> None:
    sentence = install.explain(output)

    assert sentence[: len(beginning)] == beginning
    assert sentence.count("\n") == 0


def test_an_environment_without_its_stamp_is_unfinished(environment: Path) -> None:
    assert not install.is_installed(environment / "requirements.txt")


def test_a_stamped_environment_needs_nothing(environment: Path) -> None:
    stamp(environment / "requirements.txt")

    assert install.is_installed(environment / "requirements.txt")


def test_the_development_requirements_bring_the_runtime_ones(environment: Path) -> None:
    stamp(environment / "requirements-dev.txt")

    assert install.is_installed(environment / "requirements.txt")


def test_the_runtime_requirements_do_not_bring_the_development_ones(environment: Path) -> None:
    stamp(environment / "requirements.txt")

    assert not install.is_installed(environment / "requirements-dev.txt")


def test_a_changed_pin_is_installed_in_both_files(environment: Path) -> None:
    stamp(environment / "requirements-dev.txt")
    (environment / "requirements.txt").write_text("attrs==26.2.0\n")

    assert not install.is_installed(environment / "requirements.txt")
    assert not install.is_installed(environment / "requirements-dev.txt")


def test_an_environment_whose_python_is_gone_is_made_again(environment: Path) -> None:
    stamp(environment / "requirements.txt")
    install.PYTHON.unlink()

    assert not install.is_installed(environment / "requirements.txt")


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "requirements.txt").write_text("attrs==26.1.0\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\niniconfig==2.3.1\n")
    monkeypatch.setattr(install, "STAMP", tmp_path / ".installed")
    monkeypatch.setattr(install, "PYTHON", tmp_path / "python")
    install.PYTHON.touch(mode=0o755)
    return tmp_path


def stamp(requirements: Path) -> None:
    install.STAMP.write_text("\n".join(install.digests(requirements)))
