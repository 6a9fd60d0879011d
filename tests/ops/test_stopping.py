"""A process that is asked to end."""

from __future__ import annotations

import subprocess
import sys

from ops.stopping import Stop
from tests.ops.conftest import ROOT

# A signal comes at each of its lines, and at each of those that it calls.
INTERRUPTED = """
import signal, sys
from ops.stopping import Stop
def at_each_line(frame, event, argument):
    place = frame.f_code, frame.f_lineno
    if place not in seen:
        seen.add(place)
        signal.raise_signal(signal.SIGTERM)
    return at_each_line
stop, seen = Stop(), set()
stop.follow_signals()
sys.settrace(at_each_line)
stop.wait(0.01)
stop.set()
sys.settrace(None)
print(len(seen) > 4, stop.is_set(), stop.wait(0))
"""


def test_signals_at_any_moment_end_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == ("True True True\n", "")


def test_it_waits_until_it_is_asked_and_stays_so() -> None:
    stop = Stop()
    assert (stop.is_set(), stop.wait(0)) == (False, False)
    stop.set()
    assert (stop.wait(60), stop.wait(60), stop.is_set()) == (True, True, True)
