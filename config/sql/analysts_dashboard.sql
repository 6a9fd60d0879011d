/* What analysts look at first, as one object in one round: from figures that are kept, and from
keys of the last weeks. Days and months are UTC's. */
WITH day AS (
    SELECT
        d.day,
        public.uuid_floor(d.day::timestamp AT TIME ZONE 'UTC') AS first,
        public.uuid_floor((d.day + 1)::timestamp AT TIME ZONE 'UTC') AS beyond
    FROM (
        SELECT (%(since)s AT TIME ZONE 'UTC')::date + n AS day FROM generate_series(0, 13) AS n
    ) AS d
)
SELECT jsonb_build_object(
    'asked_at', now(),
    'board_at', (
        SELECT v.refreshed_at FROM public.ops_materialized_views AS v
        WHERE v.name = 'assessment_leaderboard'
    ),
    'exams_at', (SELECT min(s.computed_at) FROM public.exam_statistics AS s),
    'days', (
        SELECT jsonb_agg(jsonb_build_object(
            'day', d.day, 'sessions', q.sessions, 'answers', q.answers, 'attempts', a.attempts
        ) ORDER BY d.day)
        FROM day AS d
        -- Uses index: quiz_sessions_pkey, and the index alone: the rows are wide.
        CROSS JOIN LATERAL (
            SELECT count(*) AS sessions, COALESCE(sum(s.answered_count), 0) AS answers
            FROM public.quiz_sessions AS s WHERE s.id >= d.first AND s.id < d.beyond
        ) AS q
        -- Uses index: the key, which is time-ordered.
        CROSS JOIN LATERAL (
            SELECT count(*) AS attempts
            FROM public.cs_assessment_sessions AS s WHERE s.id >= d.first AND s.id < d.beyond
        ) AS a
    ),
    'members', (
        -- Uses index: member_by_last_seen.
        SELECT jsonb_build_object(
            'week', count(*) FILTER (WHERE m.last_seen_at >= now() - interval '7 days'),
            'month', count(*)
        )
        FROM public.members AS m
        WHERE m.last_seen_at >= now() - interval '30 days'
    ),
    'board', (
        SELECT COALESCE(jsonb_agg(to_jsonb(b)), '[]')
        FROM (
            SELECT l.overall_rank AS rank, l.user_id AS member,
                l.overall_score AS score
            FROM public.assessment_leaderboard AS l
            JOIN public.members AS m ON m.id = l.user_id
            WHERE l.overall_rank <= 5 AND m.is_active
            ORDER BY l.overall_rank, l.user_id LIMIT 5
        ) AS b
    ),
    'practice', (
        SELECT COALESCE(jsonb_agg(to_jsonb(b)), '[]')
        FROM (
            -- Uses index: practice_board.
            SELECT p.user_id AS member, p.average_score AS score,
                p.total_questions_answered AS answers
            FROM public.performance_summaries AS p
            JOIN public.members AS m ON m.id = p.user_id
            WHERE p.average_score IS NOT NULL AND p.total_questions_answered >= %(least)s
                AND m.is_active
            ORDER BY p.average_score DESC, p.total_questions_answered DESC, p.user_id LIMIT 5
        ) AS b
    ),
    'flags', (
        SELECT COALESCE(jsonb_object_agg(f.flag, (
            -- Uses index: question_item_flags.
            SELECT count(*) FROM public.questions AS q
            WHERE q.item_flags @> ARRAY[f.flag] AND q.status = 'active'
        )), '{}')
        FROM unnest(%(flags)s::text[]) AS f (flag)
    ),
    'exams', (
        SELECT COALESCE(jsonb_agg(jsonb_build_object(
            'code', e.code, 'sessions', s.sessions, 'items', s.items, 'alpha', s.alpha
        ) ORDER BY s.sessions DESC), '[]')
        FROM (
            SELECT * FROM public.exam_statistics ORDER BY sessions DESC LIMIT 5
        ) AS s
        JOIN public.exams AS e ON e.id = s.exam_id
    ),
    'months', (
        SELECT COALESCE(jsonb_agg(jsonb_build_object(
            'month', d.month, 'uses', d.uses, 'members', d.members
        ) ORDER BY d.month), '[]')
        FROM (
            SELECT * FROM public.descriptor_months ORDER BY month DESC LIMIT 12
        ) AS d
    ),
    'files', (
        SELECT COALESCE(jsonb_agg(to_jsonb(f)), '[]')
        FROM (
            SELECT id, export, rows, bytes, as_of, expires_at
            FROM public.ops_export_files
            WHERE deleted_at IS NULL AND expires_at > now() AND NOT has_personal
            ORDER BY id DESC LIMIT 5
        ) AS f
    )
)
