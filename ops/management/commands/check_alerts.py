from __future__ import annotations

from ops.commands import OperationCommand


class Command(OperationCommand):
    help = "Measure every alert rule now; alerts open, change and close."
    operation = "check_alerts"
