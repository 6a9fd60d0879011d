from __future__ import annotations

from ops.commands import OperationCommand


class Command(OperationCommand):
    help = "Keep the server's counters as they stand, for the monitoring screens."
    operation = "capture_snapshot"
