"""What a work function gets, and what it may raise."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper


class Refused(Exception):
    """The work cannot be done, and another try would not help; the text tells a person why."""


class Failed(Exception):
    """This try did not do; another may. The text tells a person why."""


class NotYet(Exception):
    """Something else has to end first; the run waits a little, which costs it no try."""


class Cancelled(Exception):
    """Somebody asked this run to stop."""


class Superseded(Exception):
    """The ledger gave this run to another worker, or ended it: nothing more may be written."""


@dataclass(frozen=True)
class Result:
    """`text` is a sentence for a person; `figures` JSON for screens and programs."""

    text: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Work:
    """One try of a run. Its advisory lock is held on `connection`, Django's default one.

    The connection is in autocommit mode: the function opens the transactions that it needs, and
    each step it takes can be repeated by the next try.
    """

    run_id: UUID
    operation: str
    target: str
    parameters: dict[str, Any]
    attempt: int
    requested_by_id: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _progress: tuple[int | None, int | None, str] = (None, None, "")
    _stop: type[Exception] | None = None
    _shields: int = 0

    @property
    def connection(self) -> BaseDatabaseWrapper:
        return connection

    @property
    def latest_progress(self) -> tuple[int | None, int | None, str]:
        """(done, total, note), as it was reported last."""
        return self._progress

    @property
    def was_cancelled(self) -> bool:
        return self._stop is Cancelled

    def progress(self, done: int | None = None, total: int | None = None, note: str = "") -> None:
        """Show how far it is; cheap, call it as often as you like. Raises as check_cancelled."""
        if done is not None and total is not None:
            done = min(done, total)
        self._progress = (done, total, note)
        self.check_cancelled()

    def check_cancelled(self) -> None:
        """Raises Cancelled or Superseded; call it between the steps of a loop."""
        if self._stop is not None and not self._shields:
            raise self._stop

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """No cancel reaches the statements in here: for steps that must not stop in the middle."""
        with self._lock:
            self.check_cancelled()
            self._shields += 1
        try:
            yield
        finally:
            with self._lock:
                self._shields -= 1
        self.check_cancelled()

    @contextmanager
    def undoing(self) -> Iterator[None]:
        """As `shielded`, after a cancel: for putting back what was begun."""
        with self._lock:
            self._shields += 1
        try:
            yield
        finally:
            with self._lock:
                self._shields -= 1

    def stop(self, reason: type[Exception], interrupt: Callable[[], None]) -> None:
        """For the runner: raise `reason` at the next check, and `interrupt` unless shielded.

        A section that is entered after an interrupt sees the reason first, so no interrupt that is
        under way can reach into it.
        """
        with self._lock:
            self._stop = reason
            if not self._shields:
                interrupt()
