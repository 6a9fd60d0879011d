from __future__ import annotations

from typing import Any

import redis
import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from ops.stopping import Stop
from ops.ticker import tick

log = structlog.get_logger(__name__)

SECONDS = 5.0


class Command(BaseCommand):
    help = "Start what is due, take back what died, send what Redis lost, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Look once, then end.")

    def handle(self, *, once: bool, **_: Any) -> None:
        stop = Stop()
        stop.follow_signals()
        while True:
            self.look()
            if once or stop.wait(SECONDS):
                return

    def look(self) -> None:
        """Redis or PostgreSQL may be away for a while; the next look finds what is left."""
        close_old_connections()
        try:
            tick(timezone.now())
        except redis.RedisError as error:
            log.warning("redis is away", error=str(error))
        except OperationalError as error:
            log.warning("the database is away", error=str(error))
