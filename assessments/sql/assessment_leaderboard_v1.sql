CREATE MATERIALIZED VIEW public.assessment_leaderboard AS
/*
The best completed attempt of each active member: the highest overall score, of these the earliest.
RANK: equal scores share a rank; without a score there is none. Who may not be ranked is left out
before; what a screen looks for is filtered after.
*/
WITH best AS (
    SELECT DISTINCT ON (s.user_id)
        s.user_id, s.id AS session_id, s.archetype, s.career_level, s.overall_score, s.dimensions,
        s.category_scores, s.badges, s.technical_score, s.emotional_score, s.creative_score,
        s.lightning_round_score, s.completed_at
    FROM public.cs_assessment_sessions AS s
    JOIN public.members AS m ON m.id = s.user_id AND m.is_active
    WHERE s.status = 'completed' AND s.completed_at IS NOT NULL AND s.overall_score IS NOT NULL
    ORDER BY s.user_id, s.overall_score DESC, s.completed_at, s.id
)
SELECT
    best.*,
    rank() OVER (ORDER BY overall_score DESC) AS overall_rank,
    CASE WHEN technical_score IS NOT NULL THEN
        rank() OVER (ORDER BY technical_score DESC NULLS LAST)
    END AS technical_rank,
    CASE WHEN emotional_score IS NOT NULL THEN
        rank() OVER (ORDER BY emotional_score DESC NULLS LAST)
    END AS emotional_rank,
    CASE WHEN creative_score IS NOT NULL THEN
        rank() OVER (ORDER BY creative_score DESC NULLS LAST)
    END AS creative_rank,
    CASE WHEN lightning_round_score IS NOT NULL THEN
        rank() OVER (ORDER BY lightning_round_score DESC NULLS LAST)
    END AS lightning_rank
FROM best;

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
