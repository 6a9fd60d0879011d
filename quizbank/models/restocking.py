"""Which pools wait for their rebuild, when questions or their exams change."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Func


def pool_key() -> Func:
    """The place of a question, or of a pool, as one value."""
    place = ("system_id", "topic_id", "subject_id", "difficulty")
    return Func(*place, function="public.pool_key", output_field=models.TextField())


def restock(name: str, operation: pgtrigger.Operation, source: str, **rows: str) -> Any:
    """The pools of the active questions of `source` (as q), the rows that changed, have to wait for
    their rebuild."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),
        func=f"""
            INSERT INTO public.waiting_question_pools (key)
            SELECT DISTINCT
                public.pool_key(q.system_id, q.topic_id, q.subject_id, q.difficulty)
            FROM {source} WHERE q.status = 'active';
            RETURN NULL;
        """,  # noqa: S608  # a literal of this app
    )


# Where they were and where they are. An edit of the text is no reason, until it is published.
MOVED = """
    old_rows AS o
    JOIN new_rows AS n ON n.id = o.id AND (
        n.status, n.system_id, n.topic_id, n.subject_id, n.difficulty, n.published_revision_id,
        public.success_tenth(n.success_rate)
    ) IS DISTINCT FROM (
        o.status, o.system_id, o.topic_id, o.subject_id, o.difficulty, o.published_revision_id,
        public.success_tenth(o.success_rate)
    )
    CROSS JOIN LATERAL (VALUES
        (o.status, o.system_id, o.topic_id, o.subject_id, o.difficulty),
        (n.status, n.system_id, n.topic_id, n.subject_id, n.difficulty)
    ) AS q (status, system_id, topic_id, subject_id, difficulty)
"""
RESTOCKING = (
    restock("restock_on_insert", pgtrigger.Insert, "new_rows AS q", new="new_rows"),
    restock("restock_on_update", pgtrigger.Update, MOVED, old="old_rows", new="new_rows"),
    restock("restock_on_delete", pgtrigger.Delete, "old_rows AS q", old="old_rows"),
)
