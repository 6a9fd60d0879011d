"""Job entry points of the house itself."""

from __future__ import annotations

from django.core.management import call_command


def clear_sessions() -> None:
    """Delete expired logins."""
    call_command("clearsessions")
