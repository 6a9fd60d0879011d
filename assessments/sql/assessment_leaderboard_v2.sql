CREATE MATERIALIZED VIEW public.assessment_leaderboard AS
/*
The best completed attempt of each active member: the highest overall score, of these the earliest.
Equal scores share a rank; without a score there is none. Who may not be ranked is left out before;
what a screen looks for is filtered after.

Made for a million attempts: scores are whole numbers from 0 to 100, so that a rank is read from a
count by score, without a sort of the members; and what is wide is joined last. The best attempt is
joined by its member, too, because the planner knows how many these are.
*/
WITH best AS MATERIALIZED (
    SELECT DISTINCT ON (s.user_id)
        s.user_id, s.id AS session_id, s.overall_score, s.technical_score, s.emotional_score,
        s.creative_score, s.lightning_round_score
    FROM public.cs_assessment_sessions AS s
    WHERE s.status = 'completed' AND s.overall_score IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM public.members AS m WHERE m.id = s.user_id AND NOT m.is_active
        )
    ORDER BY s.user_id, s.overall_score DESC, s.completed_at, s.id
),
counted AS (
    SELECT
        GROUPING(
            overall_score, technical_score, emotional_score, creative_score, lightning_round_score
        ) AS dimension,
        COALESCE(
            overall_score, technical_score, emotional_score, creative_score, lightning_round_score
        ) AS score,
        count(*) AS members
    FROM best
    GROUP BY GROUPING SETS (
        (overall_score), (technical_score), (emotional_score), (creative_score),
        (lightning_round_score)
    )
),
ladder AS MATERIALIZED (
    -- Of each dimension the ranks of the scores 0 to 100, in this order.
    SELECT dimension, array_agg(rank ORDER BY score) AS ranks
    FROM (
        SELECT
            dimension, score,
            1 + COALESCE(sum(members) OVER higher, 0)::bigint AS rank
        FROM unnest(ARRAY[15, 23, 27, 29, 30]) AS dimension
        CROSS JOIN generate_series(0, 100) AS score
        LEFT JOIN counted USING (dimension, score)
        WINDOW higher AS (
            PARTITION BY dimension ORDER BY score DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )
    ) AS step
    GROUP BY dimension
)
SELECT
    best.user_id, best.session_id, s.archetype, s.career_level, best.overall_score, s.dimensions,
    s.category_scores, s.badges, best.technical_score, best.emotional_score, best.creative_score,
    best.lightning_round_score, s.completed_at,
    (SELECT ranks FROM ladder WHERE dimension = 15)[best.overall_score + 1] AS overall_rank,
    (SELECT ranks FROM ladder WHERE dimension = 23)[best.technical_score + 1] AS technical_rank,
    (SELECT ranks FROM ladder WHERE dimension = 27)[best.emotional_score + 1] AS emotional_rank,
    (SELECT ranks FROM ladder WHERE dimension = 29)[best.creative_score + 1] AS creative_rank,
    (SELECT ranks FROM ladder WHERE dimension = 30)[best.lightning_round_score + 1]
        AS lightning_rank,
    NULL::boolean AS always_null
FROM best
JOIN public.cs_assessment_sessions AS s ON s.id = best.session_id AND s.user_id = best.user_id;

COMMENT ON COLUMN public.assessment_leaderboard.always_null IS
    'A concurrent refresh sorts all rows that have no NULL, twice, to find equal ones. There are '
    'none: user_id is unique. With this column it has nothing to sort.';

CREATE UNIQUE INDEX idx_leaderboard_user_id ON public.assessment_leaderboard (user_id);
-- In the order of the boards: of equal ranks the earlier completion first.
CREATE INDEX idx_leaderboard_overall_rank
    ON public.assessment_leaderboard (overall_rank, completed_at, user_id);
CREATE INDEX idx_leaderboard_technical_rank
    ON public.assessment_leaderboard (technical_rank, completed_at, user_id);
CREATE INDEX idx_leaderboard_emotional_rank
    ON public.assessment_leaderboard (emotional_rank, completed_at, user_id);
CREATE INDEX idx_leaderboard_creative_rank
    ON public.assessment_leaderboard (creative_rank, completed_at, user_id);
CREATE INDEX idx_leaderboard_lightning_rank
    ON public.assessment_leaderboard (lightning_rank, completed_at, user_id);
