"""Members with sessions and answers in the bench's bank, for draws that look at a member."""

from __future__ import annotations

from django.db import connection

# Figures as after long use: half of the questions were used about as often, some never.
FIGURES = """
    INSERT INTO question_difficulty (question_id, attempt_count, correct_count)
    SELECT id, uses, (uses * (0.2 + 0.75 * random()))::int
    FROM questions, LATERAL (SELECT (random() * 60 * (id IS NOT NULL)::int)::int AS uses) AS u
    WHERE status = 'active' AND random() < 0.9;
    UPDATE questions AS q SET success_rate = d.success_rate
    FROM question_difficulty AS d WHERE d.question_id = q.id;
"""
MEMBERS = """
    INSERT INTO members (id, display_name)
    SELECT uuidv7(), 'Bench ' || n FROM generate_series(1, %s) AS n
"""
# Each had up to 40 sessions of 25 questions in the last 40 days.
SESSIONS = """
    INSERT INTO quiz_sessions (id, user_id, question_ids, revision_ids, status, abandon_reason,
                               started_at, expires_at)
    SELECT uuidv7(-ago), m.id, drawn.keys, drawn.keys, 'abandoned', 'left',
           now() - ago, now() - ago + interval '4 hours'
    FROM members AS m
    CROSS JOIN generate_series(1, 40) AS n
    CROSS JOIN LATERAL (SELECT n * interval '1 day' + random() * interval '1 hour' AS ago) AS t
    CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT keys[1 + floor(random() * cardinality(keys))::int]) AS keys
        FROM (SELECT %s::uuid[] AS keys OFFSET 0) AS k, generate_series(1, 25) AS g
        WHERE m.id IS NOT NULL AND n IS NOT NULL
    ) AS drawn
    WHERE m.display_name LIKE 'Bench%%'
"""
ANSWERS = """
    INSERT INTO answers (session_id, question_id, revision_id, user_id, is_correct, answered_at)
    SELECT s.id, q, q, s.user_id, random() < 0.6, s.started_at
    FROM quiz_sessions AS s, unnest(s.question_ids) AS q
    WHERE EXISTS (SELECT FROM pg_class WHERE relname = 'answers')
    AND s.status = 'abandoned' AND s.started_at >= date_trunc('month', now())
"""
PROGRESS = """
    INSERT INTO user_progress (user_id, area_stats)
    SELECT m.id, jsonb_object_agg(c.id, jsonb_build_object('accuracy', (random() * 100)::int))
    FROM members AS m CROSS JOIN categories AS c
    WHERE m.display_name LIKE 'Bench%' GROUP BY m.id
"""


def fill_learners(members: int) -> None:
    """Commits; for a bank that is filled."""
    with connection.cursor() as cursor:
        cursor.execute(FIGURES)
        cursor.execute(MEMBERS, [members])
        cursor.execute("SELECT array_agg(id) FROM questions WHERE status = 'active'")
        (keys,) = cursor.fetchone()
        cursor.execute(SESSIONS, [keys])
        cursor.execute(ANSWERS)
        cursor.execute(PROGRESS)
        cursor.execute("SELECT rebuild_question_pools()")
        cursor.execute("VACUUM (ANALYZE)")
