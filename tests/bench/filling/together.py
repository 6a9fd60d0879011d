"""Statements at once, each on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

WRITERS = 4


def run(sql: str, **values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def at_once(steps: Iterable[Callable[[], None]]) -> None:
    """A few at a time. What fails is raised once the others have ended, and what waits is left;
    who interrupts it waits for nobody.
    """

    def take(step: Callable[[], None]) -> None:
        try:
            run("SET maintenance_work_mem = '512MB'")
            step()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(WRITERS)
    try:
        list(pool.map(take, steps))
    except BaseException as error:
        pool.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
        raise
    pool.shutdown()
