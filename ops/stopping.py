"""How a process that goes on for ever is asked to end."""

from __future__ import annotations

import signal
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any


class Stop:
    """As threading.Event, but a signal may set it at any moment: an Event would wait for its own
    lock for ever where it is interrupted in it, as by the second of two signals.
    """

    def __init__(self) -> None:
        self._asked: SimpleQueue[None] = SimpleQueue()

    def set(self, *_: Any) -> None:
        self._asked.put(None)

    def is_set(self) -> bool:
        return not self._asked.empty()

    def wait(self, seconds: float) -> bool:
        with suppress(Empty):
            self._asked.get(timeout=seconds)
            self._asked.put(None)
        return self.is_set()

    def follow_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.set)
