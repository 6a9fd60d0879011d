"""The supervisor, with children that are a line of shell each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.services.paths import CHECKOUT
from config.services.processes import alive, wait_until
from config.supervisor import Child, Supervisor, describe_exit
from tests.config.embedded import finish

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="a feature of Linux")
ENVIRONMENT = {"PATH": os.environ["PATH"]}
# A supervisor in a process of its own, for tests that send signals.
PROGRAM = """
import sys
from config.supervisor import Child, Supervisor, stop_signals
children = [Child(f"child{n}", ["/bin/sh", "-c", s]) for n, s in enumerate(sys.argv[2:], 1)]
say = lambda line: print(line, flush=True)
path = {"PATH": "/usr/bin:/bin"}
supervisor = Supervisor(children, env=path, write=say, grace=float(sys.argv[1]))
try:
    with stop_signals():
        code = supervisor.run(ready=lambda: True, announce=lambda: say("ready"))
except KeyboardInterrupt:
    code = 99
sys.exit(code)
"""


def shell(name: str, script: str) -> Child:
    return Child(name, ["/bin/sh", "-c", script])


def supervise(*children: Child, ready: Callable[[], bool] = lambda: True) -> tuple[int, list[str]]:
    """Run until one gives up; the exit code and what was said."""
    said: list[str] = []
    supervisor = Supervisor(
        children, env=ENVIRONMENT, write=said.append, restarts=0, grace=2.0, healthy_after=60
    )
    code = supervisor.run(ready=ready, announce=lambda: said.append("announced"))
    return code, said


@pytest.fixture
def program() -> Callable[..., subprocess.Popen[str]]:
    def start(*scripts: str, grace: float = 60) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(grace), *scripts],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return start


def read_pids(process: subprocess.Popen[str], count: int) -> list[int]:
    """The process ids that the children print as `pid N`."""
    assert process.stdout is not None
    found: list[int] = []
    for line in process.stdout:
        if " pid " in line:
            found.append(int(line.split()[-1]))
        if len(found) == count:
            break
    return found


# --- Output ------------------------------------------------------------------------------------


def test_lines_carry_the_name_of_their_child() -> None:
    code, said = supervise(shell("web", "echo one; echo two >&2"), shell("ticker", "sleep 60"))

    assert code == 1
    assert {"web    | one", "web    | two"} <= set(said)


def test_last_words_without_a_newline_are_kept() -> None:
    _, said = supervise(shell("web", "printf 'no newline'"))

    assert "web | no newline" in said


def test_bytes_that_are_no_text_do_no_harm() -> None:
    _, said = supervise(shell("web", r"printf '\377\n'; echo after"))

    assert {"web | \ufffd", "web | after"} <= set(said)


def test_much_output_is_kept_in_order() -> None:
    _, said = supervise(shell("web", "seq 50000"))

    lines = [line for line in said if line.startswith("web | ")]
    assert lines == [f"web | {number}" for number in range(1, 50001)]


def test_colour_marks_the_prefix_only() -> None:
    said: list[str] = []
    children = [shell("web", "echo hello")]
    supervisor = Supervisor(
        children, env=ENVIRONMENT, write=said.append, colour=True, restarts=0, grace=1
    )

    supervisor.run(ready=lambda: False, announce=lambda: None)

    assert said[0] == "\x1b[36mweb | \x1b[0mhello"


def test_children_get_only_the_given_environment() -> None:
    _, said = supervise(shell("web", "echo ${DATABASE_URL:-nothing}"))

    assert "web | nothing" in said


# --- Restarts ----------------------------------------------------------------------------------


def test_child_that_dies_is_restarted_then_given_up(tmp_path: Path) -> None:
    said: list[str] = []
    log = tmp_path / "lives"
    children = [shell("web", f"echo life >> {log}; exit 3"), shell("ticker", "sleep 60")]
    supervisor = Supervisor(children, env=ENVIRONMENT, write=said.append, restarts=2, grace=2)

    code = supervisor.run(ready=lambda: False, announce=lambda: None)

    assert code == 1
    assert log.read_text(encoding="ascii").count("life") == 3
    assert said[:3] == [
        "web ended with exit code 3: restarting it (1 of 2).",
        "web ended with exit code 3: restarting it (2 of 2).",
        "web ended with exit code 3, 3 times in a row: stopping.",
    ]


def test_child_that_lived_long_starts_counting_anew(tmp_path: Path) -> None:
    said: list[str] = []
    log = tmp_path / "lives"
    log.touch()
    children = [shell("web", f"echo life >> {log}; sleep 0.8")]
    supervisor = Supervisor(
        children, env=ENVIRONMENT, write=said.append, restarts=1, grace=2, healthy_after=0.2
    )

    def until_the_third_life() -> bool:
        if log.read_text(encoding="ascii").count("life") == 3:
            raise KeyboardInterrupt
        return False

    supervisor.run(ready=until_the_third_life, announce=lambda: None)

    assert said[:2] == ["web ended with exit code 0: restarting it (1 of 1)."] * 2


def test_exit_is_described() -> None:
    assert describe_exit(-9) == "was killed by SIGKILL"
    assert describe_exit(0) == "ended with exit code 0"


def test_announcement_comes_once_when_ready() -> None:
    answers = iter([False, False, True])

    _, said = supervise(shell("web", "sleep 1"), ready=lambda: next(answers, True))

    assert said.count("announced") == 1


# --- The end -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_the_children_and_exits_well(
    program: Callable[..., subprocess.Popen[str]], number: signal.Signals
) -> None:
    process = program("echo pid $$; exec sleep 300", "echo pid $$; exec sleep 300")
    children = read_pids(process, 2)

    process.send_signal(number)

    assert "Stopping …" in finish(process)
    assert process.returncode == 0
    assert not any(alive(pid) for pid in children)


def test_ctrl_c_reaches_the_children_once_as_a_request(
    program: Callable[..., subprocess.Popen[str]],
) -> None:
    script = "trap 'echo INT' INT; trap 'echo TERM; exit' TERM; echo pid $$; sleep 300 & wait"
    process = program(script)
    read_pids(process, 1)

    os.killpg(process.pid, signal.SIGINT)

    output = finish(process)
    assert "TERM" in output
    assert "INT" not in output


def test_signal_during_a_fork_is_not_lost() -> None:
    """Python drops what a handler raises in the hooks that run right after a fork."""
    program = """
import os, signal, sys
from config.supervisor import launch, stop_signals
os.register_at_fork(after_in_parent=lambda: signal.raise_signal(signal.SIGINT))
try:
    with stop_signals():
        launch([sys.executable, "-c", "import time; time.sleep(300)"], env=os.environ, output=None)
        print("went on")
except KeyboardInterrupt:
    print("stopped")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, timeout=300
    )

    assert (done.stdout, done.stderr) == ("stopped\n", "")


def test_second_signal_does_not_cut_the_end_short(
    program: Callable[..., subprocess.Popen[str]],
) -> None:
    script = "trap 'sleep 0.5; echo tidied; exit' TERM; echo pid $$; sleep 300 & wait"
    process = program(script)
    read_pids(process, 1)

    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)

    assert "tidied" in finish(process)
    assert process.returncode == 0


def test_deaf_child_is_killed_after_the_grace_time(
    program: Callable[..., subprocess.Popen[str]],
) -> None:
    process = program("trap '' TERM; echo pid $$; while :; do sleep 0.1; done", grace=0.2)
    (child,) = read_pids(process, 1)

    process.send_signal(signal.SIGTERM)
    finish(process)

    assert process.returncode == 0
    assert not alive(child)


@needs_linux
def test_grandchild_in_a_group_of_its_own_ends_too(
    program: Callable[..., subprocess.Popen[str]],
) -> None:
    # As RQ's work horse does.
    grandchild = (
        "import os, time; os.setpgrp(); print('pid', os.getpid(), flush=True); time.sleep(300)"
    )
    process = program(f'{sys.executable} -c "{grandchild}" & exec sleep 300')
    (pid,) = read_pids(process, 1)

    process.send_signal(signal.SIGTERM)
    finish(process)

    assert not alive(pid)


@needs_linux
def test_children_do_not_outlive_a_supervisor_that_is_killed(
    program: Callable[..., subprocess.Popen[str]],
) -> None:
    process = program("echo pid $$; exec sleep 300", "echo pid $$; exec sleep 300")
    children = read_pids(process, 2)

    process.kill()
    finish(process)

    assert wait_until(lambda: not any(alive(pid) for pid in children), seconds=120)


def test_nobody_reading_ends_the_children(
    program: Callable[..., subprocess.Popen[str]],
) -> None:
    process = program("echo pid $$; while :; do echo line; sleep 0.05; done")
    (child,) = read_pids(process, 1)
    assert process.stdout is not None

    process.stdout.close()

    process.wait(120)
    assert process.returncode != 0
    assert not alive(child)
