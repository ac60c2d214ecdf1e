"""Web and worker live and die together, and leave nothing behind."""

import os
import signal
import socket
import subprocess
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from thoughtvoice import processes

SLEEP = ["sleep", "60"]
STUBBORN = ["sh", "-c", "trap '' TERM; echo ready; while true; do sleep 1; done"]


def test_a_free_port_is_accepted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    processes.check_port(port)


def test_a_port_in_use_is_refused_with_a_free_neighbour_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(processes.PortUnavailable) as refusal:
            processes.check_port(port)

    assert str(refusal.value) == f"Port {port} is already in use; choose another: PORT={port + 1} make run"


def test_both_run_inside_the_block_and_neither_after_it(tmp_path: Path) -> None:
    with run(tmp_path, web=SLEEP, worker=SLEEP) as children:
        processes.watch(children)

    assert [child.process.returncode for child in children] == [-signal.SIGTERM, -signal.SIGTERM]


def test_an_error_in_the_block_stops_both_and_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), run(tmp_path, web=SLEEP, worker=SLEEP) as children:
        raise ZeroDivisionError

    assert [child.process.returncode for child in children] == [-signal.SIGTERM, -signal.SIGTERM]


@pytest.mark.parametrize("number", processes.ENDING_SIGNALS)
def test_a_signal_interrupts_the_block_and_stops_both(tmp_path: Path, number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt), run(tmp_path, web=SLEEP, worker=SLEEP) as children:
        signal.raise_signal(number)

    assert [child.process.returncode for child in children] == [-signal.SIGTERM, -signal.SIGTERM]


def test_after_the_first_signal_the_others_are_ignored(tmp_path: Path) -> None:
    with run(tmp_path, web=SLEEP) as children:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        for number in processes.ENDING_SIGNALS:
            signal.raise_signal(number)

    assert children[0].process.returncode == -signal.SIGTERM


def test_the_handlers_from_before_are_put_back(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)

    with run(tmp_path, web=SLEEP):
        pass

    assert signal.getsignal(signal.SIGTERM) == before


def test_a_second_command_that_does_not_exist_stops_the_first(tmp_path: Path) -> None:
    unmistakable = f"60.{os.getpid()}"

    with pytest.raises(FileNotFoundError), run(tmp_path, web=["sleep", unmistakable], worker=["no-such"]):
        pass

    assert f"sleep {unmistakable}" not in ps("-e", "-o", "args=")


def test_a_process_that_ignores_the_request_is_killed_after_the_grace(tmp_path: Path) -> None:
    child = start(tmp_path, STUBBORN)
    assert processes.wait_until(lambda: child.last_lines() == ["ready"], [child], seconds=5, every=0.005)

    processes.stop([child], grace=0.01)

    assert child.process.returncode == -signal.SIGKILL


def test_what_a_process_started_and_left_behind_is_killed_too(tmp_path: Path) -> None:
    child = start(tmp_path, ["sh", "-c", "sleep 60 & echo $!"])
    child.process.wait()
    [grandchild] = child.last_lines()

    processes.stop([child])

    assert wait_for_end(int(grandchild))


def test_a_process_that_dies_is_named_with_its_last_lines(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_text("from an earlier run\n")
    child = start(tmp_path, ["sh", "-c", "echo one; echo two >&2; exit 3"])
    child.process.wait()

    with pytest.raises(processes.Died) as death:
        processes.watch([child])

    assert str(death.value).splitlines() == [
        f"The web process ended with exit code 3. Its last log lines ({tmp_path / 'web.log'}):",
        "  one",
        "  two",
    ]


def test_a_process_that_was_killed_is_named_with_the_signal(tmp_path: Path) -> None:
    child = start(tmp_path, SLEEP)
    child.process.kill()
    child.process.wait()

    with pytest.raises(processes.Died, match=r"^The web process was ended by SIGKILL\."):
        processes.watch([child])


def test_waiting_ends_when_a_process_dies(tmp_path: Path) -> None:
    child = start(tmp_path, ["false"])

    with pytest.raises(processes.Died):
        processes.wait_until(lambda: False, [child], seconds=5, every=0.005)


def test_waiting_ends_when_the_time_is_up(tmp_path: Path) -> None:
    assert not processes.wait_until(lambda: False, [], seconds=0.01, every=0.005)


def run(logs: Path, **commands: list[str]) -> AbstractContextManager[list[processes.Child]]:
    return processes.running(commands, logs=logs, cwd=logs, env=os.environ)


def start(logs: Path, command: list[str]) -> processes.Child:
    return processes.start("web", command, log=logs / "web.log", cwd=logs, env=os.environ)


def wait_for_end(pid: int) -> bool:
    return processes.wait_until(lambda: not is_alive(pid), [], seconds=5, every=0.005)


def is_alive(pid: int) -> bool:
    """Say whether the process runs; a zombie that nobody has fetched yet does not."""
    return [state[0] for state in ps("-o", "stat=", "-p", str(pid))] not in ([], ["Z"])


def ps(*options: str) -> list[str]:
    listed = subprocess.run(["ps", *options], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return listed.stdout.splitlines()
