"""What a year of the staff's and the workers' own days leaves behind, beside what members do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from io import StringIO

from django.core.management import call_command

from tests.bench.filling.together import at_once, run

# Of the last year; a key tells its moment.
KEY = "uuidv7(-random() * interval '365 days')"
# Of those tables that have a partition for this month and later ones alone.
KEY_OF_MONTH = "uuidv7(-random() * (statement_timestamp() - date_trunc('month', now(), 'UTC')))"

# Members that another part makes and clears have none of it.
CLEAR = """
    TRUNCATE
        login_sessions, ops_run, ops_run_events, audit_logs, flavors_termevent, problem_reports,
        import_batches, import_items, descriptor_imports, descriptor_import_items,
        lightning_round_questions, quizbank_lightningquestionevent, question_similarities,
        question_dismissals, term_similarities, term_dismissals, term_merges, term_merge_parts,
        term_batches, flavor_wheels, alerts, alert_events, ops_backups, ops_export_files,
        study_sessions, performance_snapshots CASCADE;
    DELETE FROM pghistory_context;
    DELETE FROM auth_user WHERE username ~ '^staff-'
"""

STAFF = (
    """
    INSERT INTO auth_user (
        password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
        date_joined
    )
    SELECT '!', false, 'staff-' || n, '', '', 'staff-' || n || '@example.org', true, true,
        now() - random() * interval '365 days'
    FROM generate_series(1, 50 + %(rows)s / 500) AS n
    """,
    """
    INSERT INTO login_sessions (session_key, session_data, expire_date, address, agent, user_id)
    SELECT md5(n::text), '', now() + interval '1 day', '192.0.2.1', 'Firefox',
        u.ids[1 + n %% cardinality(u.ids)]
    FROM generate_series(1, %(rows)s / 50) AS n
    CROSS JOIN (SELECT array_agg(id) AS ids FROM auth_user) AS u
    """,
)

RUNS = (
    f"""
    INSERT INTO ops_run (
        id, operation, target, parameters, requested_by_name, schedule, priority, status, attempts,
        max_attempts, progress_note, result, figures, error, started_at, finished_at, heartbeat_at
    )
    SELECT {KEY}, 'refresh_view', 'public.view_' || n %% 7, '{{}}', '', 'refresh-views', 'normal',
        CASE WHEN n %% 50 = 0 THEN 'failed' ELSE 'completed' END, 1, 3, '', 'Done.', '{{}}',
        CASE WHEN n %% 50 = 0 THEN 'Canceled by timeout.' ELSE '' END, now(), now(), now()
    FROM generate_series(1, %(rows)s) AS n
    """,
    """
    INSERT INTO ops_run_events (run_id, status, attempts, cancelling, note)
    SELECT id, steps.status, 1, false, '' FROM ops_run
    CROSS JOIN (VALUES ('pending'), ('processing'), ('completed')) AS steps (status)
    """,
)

AUDIT = (
    f"""
    INSERT INTO audit_logs (id, actor_name, action, entity_type, entity_id, details)
    SELECT {KEY_OF_MONTH}, 'staff-' || n %% 100,
        (ARRAY['profile.hidden', 'question.published', 'export.read'])[1 + n %% 3],
        'thing', n::text, '{{}}'
    FROM generate_series(1, 10 * %(rows)s) AS n
    """,
    """
    WITH acts AS MATERIALIZED (
        SELECT gen_random_uuid() AS id, now() - random() * interval '365 days' AS moment, t.*
        FROM (
            SELECT
                row_number() OVER (ORDER BY id) AS place, id AS term_id, normalized_form,
                display_text, status
            FROM flavor_terms LIMIT %(rows)s
        ) AS t
    ), contexts AS (
        INSERT INTO pghistory_context (id, created_at, updated_at, metadata)
        SELECT id, moment, moment, jsonb_build_object('username', 'staff-' || place %% 50)
        FROM acts
    )
    INSERT INTO flavors_termevent (
        pgh_created_at, pgh_label, pgh_context_id, pgh_obj_id, id, normalized_form, display_text,
        status
    )
    SELECT moment, 'update', id, term_id, term_id, normalized_form, display_text, status FROM acts
    """,
)

REPORTS = (
    f"""
    INSERT INTO problem_reports (
        id, reason, description, question_id, revision_id, reporter_id, state, admin_comment,
        resolved_at
    )
    SELECT {KEY}, (ARRAY['error', 'unclear', 'outdated', 'other'])[1 + n %% 4],
        'The second answer is right as well, is it not? ' || n,
        q.id, q.published_revision_id, q.members[1 + n %% cardinality(q.members)],
        CASE WHEN n %% 100 = 0 THEN 'open' ELSE 'rejected' END,
        CASE WHEN n %% 100 = 0 THEN '' ELSE 'It is the answer of the official pool.' END,
        CASE WHEN n %% 100 = 0 THEN NULL ELSE now() END
    FROM (
        SELECT id, published_revision_id, row_number() OVER (ORDER BY id) AS n, members
        FROM questions
        CROSS JOIN (
            SELECT array_agg(id) AS members
            FROM (SELECT id FROM members WHERE display_name !~ '^Examinee ' LIMIT 1000) AS known
        ) AS m
        WHERE published_revision_id IS NOT NULL LIMIT %(rows)s / 2
    ) AS q
    """,
)

FILES = (
    f"""
    INSERT INTO import_batches (
        id, file_name, format, options, status, counts, errors, report, failure, applied_at
    )
    SELECT {KEY}, 'pool-' || n || '.json', 'own', '{{}}', 'applied',
        jsonb_build_object('created', %(rows)s, 'changed', 0, 'refused', 0), '[]', '{{}}', '', now()
    FROM generate_series(1, 1 + %(rows)s / 500) AS n
    """,
    """
    INSERT INTO import_items (batch_id, question_id, label, action, version_after, undo_result,
        differences, note)
    SELECT (SELECT id FROM import_batches ORDER BY id DESC LIMIT 1), id, left(stem, 80), 'created',
        1, '', '[]', ''
    FROM questions LIMIT %(rows)s
    """,
    f"""
    INSERT INTO descriptor_imports (
        id, file_name, options, status, counts, errors, report, failure, applied_at
    )
    SELECT {KEY}, 'notes-' || n || '.csv', '{{}}', 'applied',
        jsonb_build_object('created', %(rows)s), '[]', '{{}}', '', now()
    FROM generate_series(1, 1 + %(rows)s / 500) AS n
    """,
    """
    INSERT INTO descriptor_import_items (batch_id, descriptor_id, descriptor_text, descriptor_type,
        item_name)
    SELECT (SELECT id FROM descriptor_imports ORDER BY id DESC LIMIT 1), id, descriptor_text,
        descriptor_type, item_name
    FROM flavor_descriptors LIMIT %(rows)s
    """,
)

LIGHTNING = (
    """
    INSERT INTO lightning_round_questions (
        id, question, correct_answer, accepted_answers, explanation, question_type, difficulty,
        is_active
    )
    SELECT 'bench-' || n, 'What is ' || n || ' and one?', (n + 1)::text, ARRAY[(n + 1)::text], '',
        'math', (ARRAY['easy', 'intermediate', 'advanced', 'insane'])[1 + n %% 4], true
    FROM generate_series(1, %(rows)s / 10) AS n
    """,
)

# Pairs of neighbours: two of a kind, somebody must look at them.
ALIKE = (
    """
    INSERT INTO question_similarities (first_id, second_id, likeness)
    SELECT first, second, 0.7 + random() * 0.3
    FROM (SELECT id AS first, lead(id) OVER (ORDER BY id) AS second FROM questions) AS pairs
    WHERE second IS NOT NULL LIMIT %(rows)s / 5
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO question_dismissals (first_id, second_id)
    SELECT first, second
    FROM (SELECT id AS first, lead(id, 2) OVER (ORDER BY id) AS second FROM questions) AS pairs
    WHERE second IS NOT NULL LIMIT %(rows)s / 20
    """,
    """
    INSERT INTO term_similarities (first_id, second_id, method, similarity, uses)
    SELECT first, second, '2-gram', 0.7 + random() * 0.3, 1 + random() * 1000
    FROM (SELECT id AS first, lead(id) OVER (ORDER BY id) AS second FROM flavor_terms) AS pairs
    WHERE second IS NOT NULL LIMIT %(rows)s / 2
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO term_dismissals (first_id, second_id)
    SELECT first, second
    FROM (SELECT id AS first, lead(id, 2) OVER (ORDER BY id) AS second FROM flavor_terms) AS pairs
    WHERE second IS NOT NULL LIMIT %(rows)s / 20
    """,
    """
    WITH merges AS (
        INSERT INTO term_merges (survivor_id, undone_at)
        SELECT id, now() FROM flavor_terms ORDER BY id LIMIT %(rows)s / 20
        RETURNING id, survivor_id
    )
    INSERT INTO term_merge_parts (merge_id, term_id)
    SELECT m.id, t.id FROM merges AS m JOIN flavor_terms AS t ON t.id = m.survivor_id + 1
    """,
    """
    INSERT INTO term_batches (field, outcome, before, after)
    SELECT 'status', 'Approved.', '{}', '{}' FROM generate_series(1, %(rows)s / 20)
    """,
)

WHEELS = (
    f"""
    INSERT INTO flavor_wheels (id, wheel_type, scope, scope_value, data, descriptor_count, user_id)
    SELECT {KEY}, 'combined', 'personal', '', w.data, 100, m.id
    FROM (SELECT DISTINCT user_id AS id FROM descriptor_member_terms LIMIT %(rows)s / 50) AS m
    CROSS JOIN (SELECT generate_wheel_data_optimized() AS data) AS w
    """,
)

ALERTS = (
    f"""
    INSERT INTO alerts (id, rule, subject, level, message, value, threshold, resolved_at)
    SELECT {KEY}, r.rules[1 + n %% cardinality(r.rules)], 'subject ' || n, 'warning',
        'Above what is well.', 2, 1, CASE WHEN n %% 200 > 0 THEN now() END
    FROM generate_series(1, %(rows)s / 10) AS n
    CROSS JOIN (SELECT array_agg(rule) AS rules FROM alert_thresholds) AS r
    """,
    """
    INSERT INTO alert_events (alert_id, kind, message, note, by)
    SELECT id, kind, 'Above what is well.', '', ''
    FROM alerts CROSS JOIN (VALUES ('opened'), ('worse'), ('better'), ('resolved')) AS k (kind)
    """,
)

KEPT = (
    f"""
    INSERT INTO ops_backups (
        id, file_name, database, state, finished_at, size, sha256, manifest, error, verdict,
        problem, differences
    )
    SELECT {KEY}, 'steward-' || n || '.dump', 'steward', 'kept', now(), 1000000, repeat('0', 64),
        '{{}}', '', 'untried', '', '[]'
    FROM generate_series(1, 1 + %(rows)s / 250) AS n
    """,
    f"""
    INSERT INTO ops_export_files (
        id, export, parameters, has_personal, requested_by_name, path, rows, bytes, as_of, snapshot,
        expires_at, deleted_at
    )
    SELECT {KEY}, 'questions', '{{}}', false, 'staff-1', gen_random_uuid() || '/questions.csv', 1,
        1, now(), '1:1:', now() + interval '1 day', now()
    FROM generate_series(1, %(rows)s / 50) AS n
    """,
    f"""
    INSERT INTO study_sessions (id, start_time, end_time, focus_time, break_time,
        questions_attempted, user_id)
    SELECT {KEY}, now() - interval '1 hour', now(), 1500, 300, 20, m.id
    FROM (SELECT id FROM members WHERE display_name !~ '^Examinee ' LIMIT %(rows)s) AS m
    CROSS JOIN generate_series(1, 2) AS n
    """,
)

# Of each hour of this month, as the last one.
SNAPSHOTS = """
    INSERT INTO performance_snapshots (
        id, server_started, counted_since, statements_evicted, database, statements, tables,
        indexes, io
    )
    SELECT
        uuidv7(moment - statement_timestamp()), server_started, counted_since, statements_evicted,
        database, statements, tables, indexes, io
    FROM (SELECT * FROM performance_snapshots ORDER BY id DESC LIMIT 1) AS last
    CROSS JOIN generate_series(
        date_trunc('month', now(), 'UTC') + interval '1 minute', now(), interval '1 hour'
    ) AS moment
"""

TABLES: Sequence[Sequence[str]] = (
    STAFF, RUNS, AUDIT, REPORTS, FILES, LIGHTNING, ALIKE, WHEELS, ALERTS, KEPT,
)  # fmt: skip


def fill_office(rows: int) -> None:
    """About so many runs, and of the rest what goes with them."""
    run(CLEAR)
    at_once([partial(_fill, statements, rows) for statements in TABLES])
    call_command("capture_snapshot", stdout=StringIO())
    run(SNAPSHOTS)


def _fill(statements: Sequence[str], rows: int) -> None:
    for statement in statements:
        run(statement, rows=rows)
