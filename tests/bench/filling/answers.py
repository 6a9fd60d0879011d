"""Completed sessions of an exam at volume; correctness follows from ability and difficulty."""

from __future__ import annotations

from django.db import connection

from tests.bench.measuring import ask

# Setseed, so that every run has the same answers.
STATEMENTS = (
    "SELECT setseed(0.42)",
    """
    CREATE TEMPORARY TABLE drawn AS
    SELECT
        row_number() OVER (ORDER BY q.id) - 1 AS place, q.id AS question_id,
        r.id AS revision_id, random() * 3 - 1.5 AS difficulty,
        (SELECT (c ->> 'id')::bigint FROM jsonb_array_elements(r.content -> 'choices') AS c
         WHERE (c ->> 'is_correct')::boolean LIMIT 1) AS right_id,
        ARRAY(SELECT (c ->> 'id')::bigint FROM jsonb_array_elements(r.content -> 'choices') AS c
              WHERE NOT (c ->> 'is_correct')::boolean) AS wrong_ids
    FROM questions AS q
    JOIN question_exams AS e ON e.question_id = q.id AND e.exam_id = %(exam)s
    JOIN question_revisions AS r ON r.id = q.published_revision_id
    ORDER BY q.id LIMIT %(pool)s
    """,
    """
    CREATE TEMPORARY TABLE learners AS
    SELECT gen_random_uuid() AS id, n FROM generate_series(1, %(members)s) AS n
    """,
    "INSERT INTO members (id, display_name) SELECT id, 'Examinee ' || n FROM learners",
    # A step without a common factor with the pool meets no question twice.
    """
    INSERT INTO quiz_sessions (
        user_id, exam_id, status, question_ids, revision_ids, started_at, completed_at, expires_at,
        score, answered_count
    )
    SELECT
        l.id, %(exam)s, 'completed', d.questions, d.revisions, now() - interval '1 hour', now(),
        now() + interval '3 hours', 50, %(length)s
    FROM generate_series(1, %(sessions)s) AS s
    JOIN learners AS l ON l.n = 1 + s %% %(members)s
    CROSS JOIN LATERAL (
        SELECT array_agg(question_id) AS questions, array_agg(revision_id) AS revisions
        FROM generate_series(0, %(length)s - 1) AS i
        JOIN drawn ON drawn.place
            = (s * 17 + i * (ARRAY[1, 3, 7, 9, 11, 13])[1 + s %% 6]) %% %(pool)s
    ) AS d
    """,
    """
    INSERT INTO answers (
        session_id, user_id, question_id, revision_id, is_correct, choice_ids, time_ms
    )
    SELECT
        a.session_id, a.user_id, d.question_id, d.revision_id, a.is_correct,
        ARRAY[CASE WHEN a.is_correct THEN d.right_id
              ELSE d.wrong_ids[1 + floor(random() * 2.999)] END],
        5000 + floor(random() * 60000)
    FROM (
        SELECT
            s.id AS session_id, s.user_id, q.id AS question_id,
            random() < 1 / (1 + exp(d.difficulty - s.ability)) AS is_correct
        FROM (
            SELECT *, random() + random() + random() + random() - 2 AS ability
            FROM quiz_sessions WHERE exam_id = %(exam)s
        ) AS s
        CROSS JOIN LATERAL unnest(s.question_ids) AS q (id)
        JOIN drawn AS d ON d.question_id = q.id
    ) AS a
    JOIN drawn AS d ON d.question_id = a.question_id
    """,
    "DROP TABLE drawn",
    "DROP TABLE learners",
    "ANALYZE",
)


EXAM = "B1"
CLEAR = """
    ALTER TABLE answers DISABLE TRIGGER USER;
    DELETE FROM quiz_sessions WHERE exam_id = %(exam)s;
    DELETE FROM answers WHERE user_id IN (SELECT id FROM members WHERE display_name ~ '^Examinee ');
    ALTER TABLE answers ENABLE TRIGGER USER;
    DELETE FROM members WHERE display_name ~ '^Examinee '
"""


# To the questions that are drawn from below.
MET = """
    SELECT count(*) FROM answers WHERE question_id IN (
        SELECT q.id FROM questions AS q
        JOIN question_exams AS e ON e.question_id = q.id AND e.exam_id = %s
        WHERE q.published_revision_id IS NOT NULL ORDER BY q.id LIMIT %s
    )
"""


def fill_exam(answers: int) -> None:
    """About so many to 200 questions, or to 50 where the exam has no more, with what members with
    sessions of their own answered of these; begins anew.
    """
    [(exam, questions)] = ask(
        "SELECT e.id, count(*) FROM exams AS e JOIN question_exams AS x ON x.exam_id = e.id"
        " JOIN questions AS q ON q.id = x.question_id AND q.status = 'active'"
        " WHERE e.code = %s GROUP BY 1",
        [EXAM],
    )
    ask(CLEAR, {"exam": exam})
    length, pool = (50, 200) if questions >= 200 else (10, 50)
    [(met,)] = ask(MET, [exam, pool])
    sessions = max(answers - met, answers // 2) // length
    answer_exam(
        exam=exam, sessions=sessions, length=length, pool=pool, members=min(10_000, sessions)
    )


def answer_exam(
    *, exam: int, sessions: int, length: int = 50, pool: int = 200, members: int = 10_000
) -> None:
    """Commits; `sessions` of `length` questions each, out of `pool`; needs a bank with the exam.

    A pool without a factor of 3, 7, 11 or 13.
    """
    given = {
        "exam": exam,
        "sessions": sessions,
        "length": length,
        "pool": pool,
        "members": members,
    }
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, given if "%(" in statement else None)
