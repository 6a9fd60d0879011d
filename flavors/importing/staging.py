"""Notes beside the table: judged and written by the database, a statement a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import connection

from flavors.importing.reading import Note

CHUNK = 20_000
# What a preview lists of each kind; the counts are of all.
LISTED = 200

TABLE = """
    CREATE TEMPORARY TABLE import_notes (
        place integer PRIMARY KEY, line integer NOT NULL, source_id uuid NOT NULL,
        descriptor_text text NOT NULL, item_name text NOT NULL, form text COLLATE "C" NOT NULL,
        problem text, is_duplicate boolean NOT NULL DEFAULT false, term_id bigint
    ) ON COMMIT DROP
"""
FILL = """
    INSERT INTO import_notes (
        place, line, source_id, descriptor_text, item_name, form, problem
    )
    SELECT n.place, n.line, n.source_id, n.text, n.item, f.form, CASE
            WHEN pg_catalog.length(n.text) > 500 OR pg_catalog.octet_length(f.form) > 2000
                THEN 'A descriptor has 500 characters at most.'
            WHEN f.form = '' THEN 'A descriptor needs a letter or a digit.'
        END
    FROM unnest(%s::integer[], %s::integer[], %s::uuid[], %s::text[], %s::text[])
        AS n (place, line, source_id, text, item)
    CROSS JOIN LATERAL (
        SELECT COALESCE(public.normalize_descriptor_text(n.text), '') AS form
    ) AS f
"""
# Uses index: flavor_descriptors_…_once.
JUDGE = """
    ANALYZE import_notes;
    UPDATE import_notes AS n SET is_duplicate = true
    FROM (
        SELECT place, row_number() OVER (PARTITION BY source_id, form ORDER BY place) AS time
        FROM import_notes WHERE problem IS NULL
    ) AS t
    WHERE t.place = n.place AND (t.time > 1 OR EXISTS (
        SELECT FROM public.flavor_descriptors AS d
        WHERE d.source_id = n.source_id AND d.source_type = %(source_type)s
            AND d.normalized_form = n.form AND d.descriptor_type = %(descriptor_type)s
    ));
    UPDATE import_notes AS n SET term_id = t.id
    FROM public.flavor_terms AS t WHERE t.normalized_form = n.form
"""
COUNTS = """
    SELECT count(*) FILTER (WHERE problem IS NULL AND NOT is_duplicate),
        count(DISTINCT form) FILTER (
            WHERE problem IS NULL AND NOT is_duplicate AND n.term_id IS NULL
        ),
        count(*) FILTER (WHERE NOT is_duplicate AND t.canonical_id IS NOT NULL),
        count(*) FILTER (WHERE is_duplicate), count(*) FILTER (WHERE problem IS NOT NULL)
    FROM import_notes AS n LEFT JOIN public.flavor_terms AS t ON t.id = n.term_id
"""
COUNTED = ("descriptors", "new_terms", "aliases", "duplicates", "refused")
NEW = """
    SELECT min(descriptor_text), count(*), min(line) FROM import_notes
    WHERE problem IS NULL AND NOT is_duplicate AND term_id IS NULL
    GROUP BY form ORDER BY count(*) DESC, form LIMIT %s
"""
ALIASES = """
    SELECT min(n.descriptor_text), c.display_text, count(*)
    FROM import_notes AS n
    JOIN public.flavor_terms AS t ON t.id = n.term_id
    JOIN public.flavor_terms AS c ON c.id = t.canonical_id
    WHERE NOT is_duplicate
    GROUP BY t.id, c.id ORDER BY count(*) DESC, 1 LIMIT %s
"""
DUPLICATES = """
    SELECT line, descriptor_text FROM import_notes WHERE is_duplicate ORDER BY place LIMIT %s
"""
ERRORS = """
    SELECT line, pg_catalog.left(descriptor_text, 80), problem FROM import_notes
    WHERE problem IS NOT NULL ORDER BY place LIMIT %s
"""
# In order of the file; the ids follow it.
WRITE = """
    WITH terms AS MATERIALIZED (
        SELECT * FROM public.ensure_flavor_terms(ARRAY(
            SELECT descriptor_text FROM import_notes
            WHERE problem IS NULL AND NOT is_duplicate AND term_id IS NULL ORDER BY place
        ))
    )
    UPDATE import_notes AS n SET term_id = t.term_id
    FROM terms AS t WHERE t.normalized_form = n.form;
    WITH made AS (
        INSERT INTO public.flavor_descriptors (
            term_id, user_id, source_id, source_type, descriptor_type, descriptor_text, item_name
        )
        SELECT term_id, %(member)s, source_id, %(source_type)s, %(descriptor_type)s,
            descriptor_text, item_name
        FROM import_notes WHERE problem IS NULL AND NOT is_duplicate ORDER BY place
        ON CONFLICT DO NOTHING
        RETURNING id, descriptor_text, descriptor_type, item_name
    )
    INSERT INTO public.descriptor_import_items (
        batch_id, descriptor_id, descriptor_text, descriptor_type, item_name
    )
    SELECT %(batch)s, id, descriptor_text, descriptor_type, item_name FROM made
"""


def stage(notes: Iterable[Note], *, source_type: str, descriptor_type: str) -> dict[str, int]:
    """Into a table of this transaction; answers with the counts."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.import_notes")
        cursor.execute(TABLE)
        for chunk in batched(enumerate(notes), CHUNK):
            cursor.execute(FILL, columns(chunk))
        cursor.execute(JUDGE, {"source_type": source_type, "descriptor_type": descriptor_type})
        cursor.execute(COUNTS)
        return dict(zip(COUNTED, cursor.fetchone(), strict=True))


def columns(chunk: Sequence[tuple[int, Note]]) -> list[list[Any]]:
    rows = [(place, n.line, n.source, n.text, n.item) for place, n in chunk]
    return [list(column) for column in zip(*rows, strict=True)]


def listed(query: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [LISTED])
        yield from cursor.fetchall()


def write_staged(*, batch: UUID, member: UUID, source_type: str, descriptor_type: str) -> int:
    """How many descriptors were made."""
    given: dict[str, Any] = {
        "batch": batch,
        "member": member,
        "source_type": source_type,
        "descriptor_type": descriptor_type,
    }
    with connection.cursor() as cursor:
        for statement in WRITE.split(";\n"):
            cursor.execute(statement, given)
        return cursor.rowcount
