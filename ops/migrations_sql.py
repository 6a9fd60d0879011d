"""Migration operations over frozen SQL files."""

from __future__ import annotations

from pathlib import Path

from django.db.migrations import RunSQL


def create_function(sql: Path, drop: str) -> RunSQL:
    """Run a frozen file; the reverse drops `drop`, for example `place_questions(uuid[])`."""
    return RunSQL(sql.read_text(), f"DROP FUNCTION public.{drop}")


def drop_index(name: str, on: str) -> RunSQL:
    """The reverse makes it again: `on` is the table with its columns, `public.members (email)`."""
    return RunSQL(f"DROP INDEX public.{name}", f"CREATE INDEX {name} ON {on}")
