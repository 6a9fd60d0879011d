"""What people and their apps do meanwhile. Each deed is a thread, and tells the book what it was
told: what was acknowledged must be there, what broke off is tried again until it is acknowledged.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from redis import RedisError

from tests.faults.book import Book

# What a connection says whose server is gone, and what asks to be tried again.
BROKEN = (OperationalError, InterfaceError, RedisError)
PAUSE = 0.1


class Over(Exception):
    """The end came before the deed was acknowledged."""


@dataclass
class Deed:
    """Subclasses say what is done `once`, between rests of `every` seconds."""

    book: Book
    seed: int
    every: float = 0.2
    name: str = ""
    over: threading.Event = field(default_factory=threading.Event)
    resting: threading.Event = field(default_factory=threading.Event)
    busy: bool = False

    def __post_init__(self) -> None:
        self.name = self.name or type(self).__name__.lower()
        self.chance = random.Random(f"{self.seed}:{self.name}")  # noqa: S311
        self.thread = threading.Thread(target=self.run, name=self.name)

    def prepare(self) -> None:
        """In the main thread, before anything is broken."""

    def once(self) -> None:
        raise NotImplementedError

    def run(self) -> None:
        while not self.over.wait(self.every):
            if self.resting.is_set():
                continue
            self.busy = True
            try:
                self.once()
                self.book.done[self.name] += 1
            except Over:
                pass
            except BROKEN:
                self.note_break()
            except Exception as error:
                self.book.object_to(f"{self.name}:", type(error).__name__, error)
            finally:
                self.busy = False
        connection.close()

    def note_break(self) -> None:
        self.book.again[self.name] += 1
        connection.close()

    def insist[T](self, do: Callable[[], T]) -> T:
        """Until it is acknowledged: `do` may be done twice. Raises Over."""
        while True:
            try:
                return do()
            except DatabaseError as error:
                if not is_passing(error):
                    raise
            except (InterfaceError, RedisError):
                pass
            self.note_break()
            if self.over.wait(PAUSE):
                raise Over

    def await_(self, condition: Callable[[], bool], *, pause: float = 0.2) -> None:
        """Raises Over."""
        while not self.insist(condition):
            if self.over.wait(pause):
                raise Over

    def end(self) -> None:
        self.over.set()
        self.thread.join()


def is_passing(error: DatabaseError) -> bool:
    """The server, the connection or a conflict; not what was asked for."""
    return isinstance(error, OperationalError)


def rest(deeds: list[Deed], *, seconds: float) -> list[Deed]:
    """Nobody begins anything; those that are still at it after that time."""
    for deed in deeds:
        deed.resting.set()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(deed.busy for deed in deeds):
        time.sleep(PAUSE)
    return [deed for deed in deeds if deed.busy]


def go_on(deeds: list[Deed]) -> None:
    for deed in deeds:
        deed.resting.clear()


def rows(query: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []
