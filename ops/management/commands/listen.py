from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ops.caching.listening import Listener


class Command(BaseCommand):
    help = "Make caches void when the database says that a table was written, until stopped."

    def handle(self, **_: Any) -> None:
        listener = Listener()
        listener.stop.follow_signals()
        listener.run()
