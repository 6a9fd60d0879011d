"""What this process is, as its command line says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

KINDS = {"gunicorn": "web", "runserver": "web", "rqworker": "worker", "tick": "ticker"}
RUNS_COMMANDS = ("manage.py", "django-admin", "django", "-c")


def process_name(argv: Sequence[str]) -> str:
    """For the server's list of connections: "steward web", "steward worker", "steward migrate"."""
    word = command_of(argv) or program_of(argv)
    return f"steward {KINDS.get(word, word)}".strip()[:63]


def is_command(argv: Sequence[str]) -> bool:
    """Whether this is no web server, but something that may hold locks and settings."""
    return command_of(argv) not in ("", "runserver")


def command_of(argv: Sequence[str]) -> str:
    """Of manage.py and its like; "" for other programs."""
    return argv[1] if program_of(argv) in RUNS_COMMANDS and len(argv) > 1 else ""


def program_of(argv: Sequence[str]) -> str:
    program = Path(argv[0] if argv else "")
    # `python -m gunicorn` names the file that it runs.
    return program.parent.name if program.name == "__main__.py" else program.name
