from __future__ import annotations

import signal
import threading
from typing import Any

import redis
import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ops.ticker import enqueue_due

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Queue scheduled jobs as they fall due, once a minute, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Look once, then end.")

    def handle(self, *, once: bool, **_: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while True:
            self.look()
            if once or stop.wait(60):
                return

    def look(self) -> None:
        """Redis may be away for a while; the next minute looks again."""
        try:
            for name in enqueue_due(timezone.now()):
                log.info("queued", schedule=name)
        except redis.RedisError as error:
            log.warning("redis is away", error=str(error))
