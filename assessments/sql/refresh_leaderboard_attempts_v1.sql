CREATE FUNCTION public.refresh_leaderboard_attempts()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
SET work_mem = '128MB'
SET jit = off
AS $$
/*
Brings the boards up to date: of each active member the best completed attempt, the highest overall
score, of these the earliest. Who may not be ranked is left out before; what a screen looks for is
filtered after.

All attempts are read, and those that differ from what is kept are written. Scores are whole numbers
from 0 to 100, so that a rank is the step of a ladder: its members are counted by score, without a
sort, and equal scores share it.

If any rank differs, the ladder as it was stays beside the one that it is, and leaderboard_movers
has the scores that those had on it who have others now; NULL for who was not on the boards.

A member is erased before or after, and stays so: nobody comes back who was read before.
*/
DECLARE
    v_is_first boolean := NOT EXISTS (SELECT FROM public.leaderboard_attempts);
    v_changes bigint;
BEGIN
    PERFORM public.lock_erasures(true);
    CREATE TEMPORARY TABLE leaderboard_changes ON COMMIT DROP AS
    SELECT
        COALESCE(b.user_id, a.user_id) AS user_id,
        a.user_id IS NULL AS comes, b.user_id IS NULL AS goes,
        b.session_id, b.archetype, b.career_level, b.badges, b.completed_at,
        b.overall_score, b.technical_score, b.emotional_score, b.creative_score,
        b.lightning_round_score,
        a.overall_score AS overall_before, a.technical_score AS technical_before,
        a.emotional_score AS emotional_before, a.creative_score AS creative_before,
        a.lightning_round_score AS lightning_before
    FROM (
        SELECT DISTINCT ON (s.user_id)
            s.user_id, s.id AS session_id, s.archetype, s.career_level, s.badges, s.completed_at,
            s.overall_score, s.technical_score, s.emotional_score, s.creative_score,
            s.lightning_round_score
        FROM public.cs_assessment_sessions AS s
        WHERE s.status = 'completed' AND s.overall_score IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM public.members AS m WHERE m.id = s.user_id AND NOT m.is_active
            )
        ORDER BY s.user_id, s.overall_score DESC, s.completed_at, s.id
    ) AS b
    FULL JOIN public.leaderboard_attempts AS a ON a.user_id = b.user_id
    WHERE (
        a.session_id, a.overall_score, a.technical_score, a.emotional_score, a.creative_score,
        a.lightning_round_score, a.completed_at, a.career_level, a.archetype, a.badges
    ) IS DISTINCT FROM (
        b.session_id, b.overall_score, b.technical_score, b.emotional_score, b.creative_score,
        b.lightning_round_score, b.completed_at, b.career_level, b.archetype, b.badges
    );
    GET DIAGNOSTICS v_changes = ROW_COUNT;

    DELETE FROM public.leaderboard_attempts AS a USING pg_temp.leaderboard_changes AS c
    WHERE c.goes AND a.user_id = c.user_id;
    UPDATE public.leaderboard_attempts AS a SET
        session_id = c.session_id, archetype = c.archetype, career_level = c.career_level,
        badges = c.badges, completed_at = c.completed_at, overall_score = c.overall_score,
        technical_score = c.technical_score, emotional_score = c.emotional_score,
        creative_score = c.creative_score, lightning_round_score = c.lightning_round_score
    FROM pg_temp.leaderboard_changes AS c
    WHERE NOT c.goes AND NOT c.comes AND a.user_id = c.user_id;
    INSERT INTO public.leaderboard_attempts (
        user_id, session_id, archetype, career_level, badges, completed_at, overall_score,
        technical_score, emotional_score, creative_score, lightning_round_score
    )
    SELECT
        c.user_id, c.session_id, c.archetype, c.career_level, c.badges, c.completed_at,
        c.overall_score, c.technical_score, c.emotional_score, c.creative_score,
        c.lightning_round_score
    FROM pg_temp.leaderboard_changes AS c WHERE c.comes;

    CREATE TEMPORARY TABLE leaderboard_ladder ON COMMIT DROP AS
    WITH counted AS (
        SELECT
            CASE GROUPING(
                overall_score, technical_score, emotional_score, creative_score,
                lightning_round_score
            )
                WHEN 15 THEN 'overall' WHEN 23 THEN 'technical' WHEN 27 THEN 'emotional'
                WHEN 29 THEN 'creative' ELSE 'lightning'
            END AS dimension,
            100 - COALESCE(
                overall_score, technical_score, emotional_score, creative_score,
                lightning_round_score
            ) AS behind,
            pg_catalog.count(*) AS members
        FROM public.leaderboard_attempts
        GROUP BY GROUPING SETS (
            (overall_score), (technical_score), (emotional_score), (creative_score),
            (lightning_round_score)
        )
    )
    SELECT
        dimension, behind, COALESCE(c.members, 0) AS members,
        1 + COALESCE(pg_catalog.sum(c.members) OVER higher, 0)::bigint AS rank
    FROM pg_catalog.unnest(
        ARRAY['overall', 'technical', 'emotional', 'creative', 'lightning']
    ) AS dimension
    CROSS JOIN pg_catalog.generate_series(0, 100) AS behind
    LEFT JOIN counted AS c USING (dimension, behind)
    WINDOW higher AS (
        PARTITION BY dimension ORDER BY behind
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    );
    INSERT INTO public.leaderboard_totals AS t (dimension, members)
    SELECT dimension, pg_catalog.sum(members) FROM pg_temp.leaderboard_ladder GROUP BY dimension
    ON CONFLICT (dimension) DO UPDATE SET members = EXCLUDED.members
    WHERE t.members <> EXCLUDED.members;

    PERFORM public.climb_leaderboard_steps(v_is_first);
    IF v_changes > (
        SELECT t.members / 10 FROM public.leaderboard_totals AS t WHERE t.dimension = 'overall'
    ) THEN
        -- Plans follow at once, and so does the number of rows that a refresh tells.
        ANALYZE public.leaderboard_attempts, public.leaderboard_steps;
    END IF;
    DROP TABLE pg_temp.leaderboard_changes, pg_temp.leaderboard_ladder;
END
$$;
REVOKE ALL ON FUNCTION public.refresh_leaderboard_attempts() FROM PUBLIC;

CREATE FUNCTION public.climb_leaderboard_steps(p_is_first boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
SET work_mem = '128MB'
SET jit = off
AS $$
/*
Of refresh_leaderboard_attempts the end: leaderboard_ladder becomes leaderboard_steps. The ranks of a
member differ who comes or goes, has another rank with other scores, or stands on a step that moved.
p_is_first: nobody was on the boards before.
*/
BEGIN
    IF EXISTS (SELECT FROM pg_temp.leaderboard_changes AS c WHERE c.comes OR c.goes)
        OR EXISTS (
            WITH moved AS (
                SELECT v.*
                FROM pg_temp.leaderboard_changes AS c
                CROSS JOIN LATERAL (
                    VALUES
                        ('overall', 100 - c.overall_before, 100 - c.overall_score),
                        ('technical', 100 - c.technical_before, 100 - c.technical_score),
                        ('emotional', 100 - c.emotional_before, 100 - c.emotional_score),
                        ('creative', 100 - c.creative_before, 100 - c.creative_score),
                        ('lightning', 100 - c.lightning_before, 100 - c.lightning_round_score)
                ) AS v (dimension, before, now)
            )
            SELECT FROM moved AS m
            LEFT JOIN public.leaderboard_steps AS s
                ON s.dimension = m.dimension AND s.behind = m.before
            LEFT JOIN pg_temp.leaderboard_ladder AS l
                ON l.dimension = m.dimension AND l.behind = m.now
            WHERE s.rank IS DISTINCT FROM l.rank
            UNION ALL
            SELECT FROM public.leaderboard_steps AS s
            JOIN pg_temp.leaderboard_ladder AS l USING (dimension, behind)
            WHERE l.rank <> s.rank AND l.members > (
                SELECT pg_catalog.count(*) FROM moved AS m
                WHERE m.dimension = s.dimension AND m.now = s.behind
            )
        )
    THEN
        DELETE FROM public.leaderboard_movers;
        UPDATE public.leaderboard_steps SET rank_before = CASE WHEN NOT p_is_first THEN rank END
        WHERE rank_before IS DISTINCT FROM CASE WHEN NOT p_is_first THEN rank END;
    END IF;
    -- Who moved to another score before, and nobody's rank with it, is there already.
    INSERT INTO public.leaderboard_movers (
        user_id, overall_score, technical_score, emotional_score, creative_score,
        lightning_round_score
    )
    SELECT
        c.user_id, c.overall_before, c.technical_before, c.emotional_before, c.creative_before,
        c.lightning_before
    FROM pg_temp.leaderboard_changes AS c
    WHERE NOT c.goes AND NOT p_is_first AND (
        c.comes OR (
            c.overall_before, c.technical_before, c.emotional_before, c.creative_before,
            c.lightning_before
        ) IS DISTINCT FROM (
            c.overall_score, c.technical_score, c.emotional_score, c.creative_score,
            c.lightning_round_score
        )
    )
    ON CONFLICT (user_id) DO NOTHING;
    INSERT INTO public.leaderboard_steps AS s (dimension, behind, rank, members)
    SELECT dimension, behind, rank, members FROM pg_temp.leaderboard_ladder
    ON CONFLICT (dimension, behind) DO UPDATE
    SET rank = EXCLUDED.rank, members = EXCLUDED.members
    WHERE (s.rank, s.members) <> (EXCLUDED.rank, EXCLUDED.members);
END
$$;
REVOKE ALL ON FUNCTION public.climb_leaderboard_steps(boolean) FROM PUBLIC;
