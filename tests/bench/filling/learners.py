"""Members with sessions and answers in the bench's bank, up to the size that the goals name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

SESSIONS, LENGTH = 40, 25

# Figures as after long use: half of the questions were used about as often, some never.
FIGURES = """
    INSERT INTO question_difficulty (question_id, attempt_count, correct_count)
    SELECT id, uses, (uses * (0.2 + 0.75 * random()))::int
    FROM questions, LATERAL (SELECT (random() * 60 * (id IS NOT NULL)::int)::int AS uses) AS u
    WHERE status = 'active' AND random() < 0.9;
    UPDATE questions AS q SET
        success_rate = d.success_rate, answered = true, item_learners = d.attempt_count,
        item_facility = d.success_rate, item_discrimination = random() * 80,
        item_flags = CASE WHEN random() < 0.05 THEN ARRAY['very_hard'] ELSE '{}' END
    FROM question_difficulty AS d WHERE d.question_id = q.id;
"""
MEMBERS = """
    INSERT INTO members (id, display_name)
    SELECT uuidv7(), 'Bench ' || n FROM generate_series(1, %s) AS n
"""
# The sessions reach back so many days.
MONTHS = """
    SELECT public.create_partition('public.answers', 'month', day::date)
    FROM generate_series(
        date_trunc('month', now() - interval '45 days'), date_trunc('month', now()),
        interval '1 month'
    ) AS day
"""
NUMBERED = """
    CREATE TEMPORARY TABLE numbered AS
    SELECT
        row_number() OVER (ORDER BY random_key) - 1 AS place, id, published_revision_id AS revision
    FROM questions WHERE status = 'active';
    CREATE UNIQUE INDEX ON numbered (place) INCLUDE (id, revision);
    ANALYZE numbered;
"""
# Questions in steps from a first one: none twice.
SESSIONS_OF_ALL = """
    INSERT INTO quiz_sessions (
        id, user_id, question_ids, revision_ids, status, score, answered_count, correct_count,
        started_at, completed_at, last_activity_at, expires_at
    )
    SELECT
        uuidv7(-ago), m.id, asked.questions, asked.revisions, 'completed', 60, %(length)s,
        %(length)s * 6 / 10, now() - ago, now() - ago + interval '1 hour',
        now() - ago + interval '1 hour', now() - ago + interval '4 hours'
    FROM members AS m
    CROSS JOIN (SELECT count(*) AS total FROM numbered) AS t
    CROSS JOIN generate_series(1, %(sessions)s) AS n
    CROSS JOIN LATERAL (
        SELECT
            n * interval '1 day' + random() * interval '1 hour' AS ago,
            (random() * total)::int AS first,
            1 + (random() * (total / %(length)s - 1))::int AS step
        WHERE m.id IS NOT NULL
    ) AS begun
    CROSS JOIN LATERAL (
        SELECT array_agg(q.id) AS questions, array_agg(q.revision) AS revisions
        FROM generate_series(0, %(length)s - 1) AS i
        JOIN numbered AS q ON q.place = (first + i * step) %% total
    ) AS asked
    WHERE m.display_name ~ '^Bench [0-9]+$'
"""
ANSWERS = """
    INSERT INTO answers (
        id, session_id, question_id, revision_id, user_id, status, is_correct, time_ms, answered_at
    )
    SELECT
        uuidv7(s.started_at - now()), s.id, a.question, a.revision, s.user_id,
        CASE WHEN luck < 0.98 THEN 'answered' ELSE 'skipped' END,
        CASE WHEN luck < 0.98 THEN luck < 0.6 END, 5000 + luck * 60000, s.started_at
    FROM quiz_sessions AS s
    CROSS JOIN LATERAL unnest(s.question_ids, s.revision_ids) AS a (question, revision)
    CROSS JOIN LATERAL (SELECT random() AS luck WHERE a.question IS NOT NULL) AS l
"""
PROGRESS = """
    INSERT INTO user_progress (user_id, area_stats)
    SELECT m.id, jsonb_object_agg(c.id, jsonb_build_object('accuracy', (random() * 100)::int))
    FROM members AS m CROSS JOIN categories AS c
    WHERE m.display_name ~ '^Bench [0-9]+$' GROUP BY m.id
"""
BOARD = """
    WITH people AS (
        INSERT INTO members (id, display_name)
        SELECT uuidv7(), 'Player ' || md5(n::text) FROM generate_series(1, %s) AS n RETURNING id
    )
    INSERT INTO performance_summaries (
        user_id, total_questions_answered, total_correct_answers, sessions_completed,
        average_score, best_score, last_answered_at
    )
    SELECT id, 30 + (random() * 1000)::int, 20, 2, (random() * 100)::numeric(5, 2), 100, now()
    FROM people
"""
INDEXES = """
    SELECT format('%I.%I', n.nspname, c.relname), pg_get_indexdef(i.indexrelid)
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE i.indrelid = 'public.answers'::regclass AND NOT i.indisprimary
"""


@contextmanager
def answers_without_indexes() -> Iterator[None]:
    """They are built once all rows are there, which takes a third of the time."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _, definition in indexes:
            cursor.execute(definition.replace(" ON ONLY ", " ON "))


def fill_learners(members: int, ranked: int = 0) -> None:
    """Commits; for a bank that is filled. `members` with 40 sessions of 25 answers each in the last
    40 days, and `ranked` others on the practice leaderboard."""
    with connection.cursor() as cursor:
        cursor.execute(FIGURES)
        cursor.execute(MEMBERS, [members])
        cursor.execute(MONTHS)
        cursor.execute(NUMBERED)
        cursor.execute(SESSIONS_OF_ALL, {"sessions": SESSIONS, "length": LENGTH})
        with answers_without_indexes():
            cursor.execute(ANSWERS)
        cursor.execute("DROP TABLE numbered")
        cursor.execute(PROGRESS)
        cursor.execute(BOARD, [ranked])
        cursor.execute("SELECT rebuild_question_pools()")
