from __future__ import annotations

from typing import Any

import redis
import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from ops.stopping import Stop
from quizbank.intake import counting
from quizbank.intake.stream import Consumer

log = structlog.get_logger(__name__)

AWAY = (OperationalError, InterfaceError)
# Counting rests so long without messages: many answers to a question are one write of its figures.
WAIT_MS = 250
REST = 1.0


class Command(BaseCommand):
    help = "Write the answers of the stream, and count the new ones, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do what waits, then end.")

    def handle(self, *, once: bool, **_: Any) -> None:
        stop = Stop()
        stop.follow_signals()
        consumer = Consumer()
        while not stop.is_set():
            close_old_connections()
            written = self.write(consumer, 1 if once else WAIT_MS)
            is_counted = self.count()
            if once and written <= 0 and is_counted:
                break
            if written < 0:
                stop.wait(REST)
        self.leave(consumer)

    def write(self, consumer: Consumer, wait_ms: int) -> int:
        """Messages dealt with; below zero: it has to wait. The next step finds what is left."""
        try:
            return consumer.step(wait_ms=wait_ms)
        except redis.RedisError as error:
            log.warning("redis is away", error=str(error))
        except AWAY as error:
            log.warning("the database is away", error=str(error))
        return -1

    def count(self) -> bool:
        """One step, so that the stream is not kept waiting; whether no answer waits any more."""
        try:
            next(counting.count_new_answers(), None)
            return not counting.has_uncounted()
        except AWAY as error:
            log.warning("the database is away", error=str(error))
            return True

    def leave(self, consumer: Consumer) -> None:
        try:
            consumer.leave()
        except redis.RedisError as error:
            log.warning("redis is away", error=str(error))
