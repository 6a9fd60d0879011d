"""What the migrations put into the tables, and views over them, after a test that flushed."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models.signals import post_migrate
from psycopg import sql

SEEDED = ("moderation_reasons", "badges", "reserved_slug_words")

type Rows = dict[str, list[tuple[Any, ...]]]


def keep_through_flushes() -> None:
    """Later tests of the process find the database as the first one did."""
    rows = seeded_rows()

    def restore(sender: Any, **_: Any) -> None:
        if sender.label == "assessments":
            put_back(rows)

    post_migrate.connect(restore, weak=False, dispatch_uid="tests.flushing")


def seeded_rows() -> Rows:
    with connection.cursor() as cursor:
        found: Rows = {}
        for table in SEEDED:
            cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
            found[table] = cursor.fetchall()
        return found


def put_back(rows: Rows) -> None:
    """A flush truncates tables only: a materialized view keeps its rows."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for table in present & set(rows):
            name = sql.Identifier(table)
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(name))
            if not cursor.fetchone()[0]:
                marks = sql.SQL(", ").join([sql.Placeholder()] * len(rows[table][0]))
                insert = sql.SQL("INSERT INTO {} VALUES ({})").format(name, marks)
                cursor.executemany(insert, rows[table])
        cursor.execute("SELECT matviewname FROM pg_matviews WHERE schemaname = 'public'")
        for (view,) in cursor.fetchall():
            name = sql.Identifier(view)
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(name))
            if cursor.fetchone()[0]:
                cursor.execute(sql.SQL("REFRESH MATERIALIZED VIEW {}").format(name))
