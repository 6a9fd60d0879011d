"""Migration operations over frozen SQL files."""

from __future__ import annotations

from pathlib import Path

from django.db.migrations import RunSQL


def create_function(sql: Path, drop: str) -> RunSQL:
    """Run a frozen file; the reverse drops `drop`, for example `place_questions(uuid[])`."""
    return RunSQL(sql.read_text(), f"DROP FUNCTION public.{drop}")
