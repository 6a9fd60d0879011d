"""A question bank of any size, written by the same triggers as a real one."""

from __future__ import annotations

from django.db import connection

EXAMS = 3
SECTIONS = 10
GROUPS = 10

CATALOGUE = f"""
    INSERT INTO exams (code, title, description)
    SELECT 'B' || e, 'Bench exam ' || e, '' FROM generate_series(1, {EXAMS}) AS e;

    INSERT INTO categories (exam_id, kind, code, name, position)
    SELECT id, 'section', code || s, 'Section ' || s, s
    FROM exams, generate_series(0, {SECTIONS - 1}) AS s WHERE code ~ '^B[0-9]$';

    INSERT INTO categories (parent_id, exam_id, kind, code, name, position)
    SELECT id, exam_id, 'group', code || chr(65 + g), name || ' group ' || g, g
    FROM categories, generate_series(0, {GROUPS - 1}) AS g WHERE kind = 'section';

    INSERT INTO subjects (code, name)
    SELECT 'S' || s, 'Subject ' || s FROM generate_series(1, 20) AS s;
"""

# 2,000 words, so that a word stands in about one stem of two hundred.
QUESTIONS = """
    INSERT INTO questions (stem, explanation, difficulty, kind, media, status, subject_id, tags,
                           is_premium, is_user_generated, answered)
    SELECT
        format('Bench %%s: what does the %%s %%s of the %%s %%s in a %%s circuit?',
               n, word(n, 1), word(n, 2), word(n, 3), word(n, 4), word(n, 5)),
        CASE WHEN n %% 10 > 0 THEN format('Because %%s follows %%s.', word(n, 6), word(n, 7))
             ELSE '' END,
        (ARRAY['easy', 'medium', 'hard'])[1 + n / 7 %% 3],
        'single', '[]', 'draft',
        (SELECT min(id) FROM subjects WHERE code LIKE 'S%%') + n %% 20,
        ARRAY['tag' || n %% 40], n %% 5 = 0, n %% 7 = 0, false
    FROM generate_series(1, %s) AS n
"""

WORD = """
    CREATE FUNCTION pg_temp.word(n bigint, place int) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN 'w' || substr(md5((abs(hashint8(n * 31 + place)) % 2000)::text), 1, 6);
"""

REST = (
    """
    INSERT INTO choices (question_id, position, text, is_correct, feedback)
    SELECT q.id, p, 'Choice ' || p || ' of ' || left(q.stem, 20), p = 1, ''
    FROM questions AS q, generate_series(1, 4) AS p
    """,
    """
    WITH groups AS (
        SELECT id, exam_id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS total
        FROM categories WHERE kind = 'group'
    ),
    numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM questions),
    placed AS (
        INSERT INTO question_categories (question_id, category_id, is_primary)
        SELECT q.id, g.id, true FROM numbered AS q JOIN groups AS g ON g.place = q.n % g.total
        RETURNING question_id, category_id
    )
    INSERT INTO question_exams (question_id, exam_id)
    SELECT p.question_id, g.exam_id FROM placed AS p JOIN groups AS g ON g.id = p.category_id
    """,
    # Nine of ten are live; of the others, half wait for review.
    """
    INSERT INTO question_revisions (question_id, reason)
    SELECT id, 'bench' FROM questions WHERE random_key < 0.9
    """,
    """
    UPDATE questions AS q SET status = 'active', published_revision_id = r.id
    FROM question_revisions AS r WHERE r.question_id = q.id
    """,
    "UPDATE questions SET status = 'in_review' WHERE status = 'draft' AND random_key > 0.95",
)


def fill(questions: int) -> None:
    """Commits; needs an empty bank of its own."""
    with connection.cursor() as cursor:
        cursor.execute(WORD)
        cursor.execute(CATALOGUE)
        cursor.execute(QUESTIONS.replace("word(", "pg_temp.word("), [questions])
        for statement in REST:
            cursor.execute(statement)
