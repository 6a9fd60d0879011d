"""What must be true afterwards: written down outside of the database under test, by those who were
told so by Steward.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

type Answer = tuple[UUID, UUID]


@dataclass
class Book:
    """Acknowledged: whoever did it was told that it is done, and may rely on it."""

    # (session, question) → the choice; directly, and those that wait in the stream.
    answers: dict[Answer, int] = field(default_factory=dict)
    queued: dict[Answer, int] = field(default_factory=dict)
    # What stood in the stream when Redis was wiped: as safe as Redis, the manual says.
    wiped: set[Answer] = field(default_factory=set)
    # Session → its score, in percent.
    scores: dict[UUID, float] = field(default_factory=dict)
    # Source → descriptors of it; ids of interactions.
    descriptors: dict[UUID, int] = field(default_factory=dict)
    interactions: set[UUID] = field(default_factory=set)
    # Run → its operation.
    runs: dict[UUID, str] = field(default_factory=dict)
    # Prefix of external ids → questions that are there.
    imports: dict[str, int] = field(default_factory=dict)
    # Slug → whether the public may see it; None while it is being decided.
    profiles: dict[str, bool | None] = field(default_factory=dict)
    decisions: int = 0
    # What happened that must not happen.
    wrong: list[str] = field(default_factory=list)
    # How often each deed was done, and how often it had to be tried again.
    done: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @contextmanager
    def open(self) -> Iterator[Book]:
        """For who writes more than one line, or reads while others write."""
        with self._lock:
            yield self

    def object_to(self, what: str, *details: Any) -> None:
        words = " ".join([what, *map(str, details)])
        with self._lock:
            self.wrong.append(words)
        print(f"  WRONG: {words}", flush=True)
