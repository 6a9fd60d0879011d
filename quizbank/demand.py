"""What sessions ask of the pools: the last 30 days of draws by filter, at most the newest 10,000.

A session that gets fewer questions than usual is what a shortage is; a small pool that nobody draws
from alone is none.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

# A session's filters, as often as they were asked for; the usual length of the sessions of the same
# exam, which few short ones do not move; and what there is for those filters.
DEMAND = """
    WITH recent AS MATERIALIZED (
        SELECT
            (s.filters ->> 'exam')::bigint AS exam,
            (s.filters ->> 'system')::bigint AS system,
            (s.filters ->> 'topic')::bigint AS topic,
            (s.filters ->> 'subject')::bigint AS subject,
            s.filters ->> 'difficulty' AS difficulty,
            s.question_count AS length
        FROM public.quiz_sessions AS s
        WHERE s.pattern = 'filter'
            AND s.id >= public.uuid_floor(pg_catalog.now() - interval '30 days')
            AND (%(exam)s::bigint IS NULL OR s.filters ->> 'exam' = %(exam)s::text)
        ORDER BY s.id DESC
        LIMIT 10000
    ), usual AS MATERIALIZED (
        SELECT r.exam, pg_catalog.mode() WITHIN GROUP (ORDER BY r.length DESC) AS length
        FROM recent AS r GROUP BY r.exam
    ), asked AS MATERIALIZED (
        SELECT
            pg_catalog.row_number() OVER (ORDER BY count(*) DESC) AS place, r.exam, r.system,
            r.topic, r.subject, r.difficulty
        FROM recent AS r
        GROUP BY r.exam, r.system, r.topic, r.subject, r.difficulty
        ORDER BY place
        LIMIT 100
    ), found AS (
        SELECT
            p.key, a.exam,
            u.length - pg_catalog.sum(p.size) OVER (PARTITION BY a.place) AS missing
        FROM asked AS a
        JOIN usual AS u ON u.exam IS NOT DISTINCT FROM a.exam
        JOIN public.question_pools AS p
            ON p.exam_id IS NOT DISTINCT FROM a.exam
            AND (a.system IS NULL OR a.system = p.system_id)
            AND (a.topic IS NULL OR a.topic = p.topic_id)
            AND (a.subject IS NULL OR a.subject = p.subject_id)
            AND (a.difficulty IS NULL OR a.difficulty = p.difficulty)
    ), worst AS (
        SELECT DISTINCT ON (f.key)
            f.key, GREATEST(0, f.missing)::integer AS missing, COALESCE(e.code, '') AS exam
        FROM found AS f LEFT JOIN public.exams AS e ON e.id = f.exam
        ORDER BY f.key, f.missing DESC
    )
    SELECT
        (SELECT count(*) FROM recent),
        (SELECT pg_catalog.mode() WITHIN GROUP (ORDER BY r.length DESC) FROM recent AS r),
        ARRAY(SELECT w.key FROM worst AS w ORDER BY w.key),
        ARRAY(SELECT w.missing FROM worst AS w ORDER BY w.key),
        ARRAY(SELECT w.exam FROM worst AS w ORDER BY w.key)
"""  # Uses index: quiz_sessions_pkey, pool_is_there_once


@dataclass(frozen=True)
class Demand:
    """`missing`: by the key of a pool that sessions drew from, how many questions they lack, and in
    which exam (its code) that is worst. `usual`: a session's length."""

    sessions: int
    usual: int | None
    missing: dict[str, tuple[int, str]]

    @property
    def short(self) -> list[str]:
        return [key for key, (missing, _) in self.missing.items() if missing]


def demand(exam: int | None) -> Demand:
    """On the pools of an exam, or of the whole bank; one query."""
    with connection.cursor() as cursor:
        cursor.execute(DEMAND, {"exam": exam})
        sessions, usual, keys, missing, exams = cursor.fetchone()
    worst = zip(missing, exams, strict=True)
    return Demand(sessions, usual, dict(zip(keys, worst, strict=True)))
