"""Members, completed attempts and profiles in any number, through the triggers of real ones.

The same every time: what is drawn depends on the number of the row alone.
"""

from __future__ import annotations

from django.db import connection

# Of ten attempts eight are a member's first; the others are further ones of a few.
FIRST_ATTEMPTS = 0.8

FUNCTIONS = """
    CREATE FUNCTION pg_temp.member(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN pg_catalog.md5('member' || n)::uuid;

    CREATE FUNCTION pg_temp.chance(n bigint, place int) RETURNS double precision
    LANGUAGE sql IMMUTABLE
    RETURN (pg_catalog.hashint8extended(n * 64 + place, 0) & 4294967295) / 4294967296.0;

    CREATE FUNCTION pg_temp.place(member uuid) RETURNS double precision
    LANGUAGE sql IMMUTABLE
    RETURN (pg_catalog.uuid_hash_extended(member, 0) & 4294967295) / 4294967296.0;

    -- The mean of two: rather in the middle, as real ones are.
    CREATE FUNCTION pg_temp.score(n bigint, place int) RETURNS int LANGUAGE sql IMMUTABLE
    RETURN (50 * (pg_temp.chance(n, place) + pg_temp.chance(n, place + 20)))::int;

    CREATE FUNCTION pg_temp.level(n bigint) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN (ARRAY['entry', 'mid', 'senior_manager', 'director', 'executive', 'c_level'])[1 + n % 6];
"""
MEMBERS = """
    INSERT INTO members (id, display_name, email, is_active)
    SELECT
        pg_temp.member(n), 'Bench Member ' || n, 'bench' || n || '@example.org',
        pg_temp.chance(n, 0) > 0.01
    FROM generate_series(1, %(members)s) AS n
"""
PARTITIONS = """
    SELECT public.create_partition('public.cs_assessment_sessions', 'year', day::date)
    FROM generate_series(now() - interval '1001 days', now(), '1 day') AS day
    WHERE extract(doy FROM day) = 1 OR day < now() - interval '1000 days'
"""
SESSIONS = """
    INSERT INTO cs_assessment_sessions (
        id, user_id, status, started_at, completed_at, overall_score, dimensions, category_scores,
        archetype, tier, badges, best_fit_roles, personality_type, career_level, years_experience,
        lightning_round_score
    )
    SELECT
        uuidv7(began - now()),
        pg_temp.member(CASE WHEN n <= %(members)s THEN n ELSE 1 + n * 7 %% (%(members)s / 10) END),
        'completed', began, began + interval '40 minutes',
        CASE WHEN pg_temp.chance(n, 1) > 0.02 THEN pg_temp.score(n, 2) END,
        jsonb_build_object(
            'iq', pg_temp.score(n, 4), 'eq', pg_temp.score(n, 5), 'empathy', pg_temp.score(n, 6),
            'self_awareness', pg_temp.score(n, 7), 'technical', pg_temp.score(n, 8),
            'ai_readiness', pg_temp.score(n, 9), 'gtm', pg_temp.score(n, 10),
            'personality', pg_temp.score(n, 11), 'motivation', pg_temp.score(n, 12),
            'work_history', pg_temp.score(n, 13), 'passions', pg_temp.score(n, 14),
            'culture_fit', pg_temp.score(n, 15)
        ),
        CASE WHEN n %% 3 = 0 THEN jsonb_build_object(
            'technical', pg_temp.score(n, 16), 'emotional', pg_temp.score(n, 17),
            'creative', pg_temp.score(n, 18)
        ) ELSE jsonb_build_object(
            'technical', jsonb_build_object('overall', pg_temp.score(n, 16)),
            'emotional', jsonb_build_object('overall', pg_temp.score(n, 17)),
            'creative', jsonb_build_object('overall', pg_temp.score(n, 18))
        ) END,
        'Archetype ' || n %% 8, 'benched', ARRAY['badge_' || n %% 13, 'badge_' || n %% 7],
        ARRAY['Engineer', 'Lead'], 'INTJ', pg_temp.level(n), n %% 40,
        CASE WHEN n %% 10 > 0 THEN pg_temp.score(n, 19) END
    FROM (
        SELECT n, now() - interval '1 hour' - pg_temp.chance(n, 60) * interval '1000 days' AS began
        FROM generate_series(%(first)s, %(last)s) AS n
    ) AS attempt
"""
PROFILES = """
    INSERT INTO public_profiles (
        user_id, session_id, profile_slug, name, email, career_level, years_experience,
        self_description, public_summary, show_scores
    )
    SELECT DISTINCT ON (m.id)
        m.id, s.id, 'bench-' || n, m.display_name, m.email, pg_temp.level(n), n %% 40,
        'Description ' || repeat(md5(n::text), 3), 'Summary ' || repeat(md5(n::text), 3), n %% 2 = 0
    FROM generate_series(%(first)s, %(last)s) AS n
    JOIN members AS m ON m.id = pg_temp.member(n)
    JOIN cs_assessment_sessions AS s ON s.user_id = m.id AND s.status = 'completed'
    ORDER BY m.id, s.completed_at DESC
"""
# A test with commits may have emptied the table.
REASON = """
    INSERT INTO moderation_reasons (code, label, message, actions)
    VALUES ('legal', 'Legal', 'Bench', '{hide}')
    ON CONFLICT DO NOTHING
"""
# One in twenty stays a draft, two in twenty wait, one is hidden in the end.
STEPS = (
    ("submit", "draft", "pending", 0.05),
    ("publish", "pending", "published", 0.15),
    ("hide", "published", "hidden", 0.95),
)
STEP = """
    WITH moved AS (
        UPDATE public_profiles SET
            state = %(after)s,
            opted_in = true,
            submitted_at = now() - interval '900 days' * (1 - pg_temp.place(user_id)),
            published_at = CASE WHEN %(after)s <> 'pending' THEN
                now() - interval '900 days' * (1 - pg_temp.place(user_id))
            END
        WHERE state = %(before)s AND pg_temp.place(user_id) > %(above)s
        RETURNING user_id, version
    )
    INSERT INTO profile_events (
        user_id, version, action, from_state, to_state, reason_code, message
    )
    SELECT
        user_id, version, %(action)s, %(before)s, %(after)s,
        CASE %(action)s WHEN 'hide' THEN 'legal' END, 'Bench'
    FROM moved
"""
# So many rows a statement: a transaction's triggers wait in memory for its end.
BATCH = 100_000


def run(*statements: str, **values: object) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values or None)


def fill_sessions(sessions: int, *, before: int = 0) -> None:
    """Completed attempts up to so many, of which `before` are there; commits."""
    members = {"members": int(sessions * FIRST_ATTEMPTS)}
    run(FUNCTIONS.replace("CREATE", "CREATE OR REPLACE"))
    if not before:
        run(PARTITIONS)
        run(MEMBERS, **members)
    for first in range(before + 1, sessions + 1, BATCH):
        run(SESSIONS, first=first, last=min(first + BATCH - 1, sessions), **members)


def fill_profiles(profiles: int) -> None:
    """Profiles of the first so many members, most of them published; commits."""
    run(FUNCTIONS.replace("CREATE", "CREATE OR REPLACE"), REASON)
    # The first few alone: triggers keep their plans, which must not be those of a tiny table.
    few = min(profiles, 2_000)
    for first, last in ((1, few), (few + 1, profiles)):
        run(PROFILES, first=first, last=last)
        for action, before, after, above in STEPS:
            run(STEP, action=action, before=before, after=after, above=above)
        run("ANALYZE public_profiles", "ANALYZE profile_events", "ANALYZE profile_slug_history")
