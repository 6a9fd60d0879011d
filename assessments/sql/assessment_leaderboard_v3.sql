/*
The boards as they were last refreshed: of each member on them the best completed attempt
(leaderboard_attempts, see refresh_leaderboard_attempts), whose ranks are read from the ladder of its
scores (leaderboard_steps). So the rank of everybody moves with one step, and no row is written for
it. What is wide is the attempt's own.

overall_behind, …: points short of a full score, in whose order the indexes are; overall_members, …:
how many share the rank.
*/
CREATE VIEW public.assessment_leaderboard AS
SELECT
    a.user_id, a.session_id, a.archetype, a.career_level, a.overall_score,
    (
        SELECT s.dimensions FROM public.cs_assessment_sessions AS s WHERE s.id = a.session_id
    ) AS dimensions,
    (
        SELECT s.category_scores FROM public.cs_assessment_sessions AS s WHERE s.id = a.session_id
    ) AS category_scores,
    a.badges, a.technical_score, a.emotional_score, a.creative_score, a.lightning_round_score,
    a.completed_at,
    overall.rank AS overall_rank,
    technical.rank AS technical_rank,
    emotional.rank AS emotional_rank,
    creative.rank AS creative_rank,
    lightning.rank AS lightning_rank,
    100 - a.overall_score AS overall_behind,
    100 - a.technical_score AS technical_behind,
    100 - a.emotional_score AS emotional_behind,
    100 - a.creative_score AS creative_behind,
    100 - a.lightning_round_score AS lightning_behind,
    overall.members AS overall_members,
    technical.members AS technical_members,
    emotional.members AS emotional_members,
    creative.members AS creative_members,
    lightning.members AS lightning_members
FROM public.leaderboard_attempts AS a
LEFT JOIN public.leaderboard_steps AS overall
    ON overall.dimension = 'overall' AND overall.behind = 100 - a.overall_score
LEFT JOIN public.leaderboard_steps AS technical
    ON technical.dimension = 'technical' AND technical.behind = 100 - a.technical_score
LEFT JOIN public.leaderboard_steps AS emotional
    ON emotional.dimension = 'emotional' AND emotional.behind = 100 - a.emotional_score
LEFT JOIN public.leaderboard_steps AS creative
    ON creative.dimension = 'creative' AND creative.behind = 100 - a.creative_score
LEFT JOIN public.leaderboard_steps AS lightning
    ON lightning.dimension = 'lightning' AND lightning.behind = 100 - a.lightning_round_score;
REVOKE ALL ON public.assessment_leaderboard FROM PUBLIC;

/* Ranks before the last refresh that differed; NULL for who was not ranked then. */
CREATE VIEW public.leaderboard_previous AS
SELECT
    a.user_id,
    (
        SELECT s.rank_before FROM public.leaderboard_steps AS s
        WHERE s.dimension = 'overall' AND s.behind = 100 - CASE
            WHEN m.user_id IS NULL THEN a.overall_score ELSE m.overall_score
        END
    ) AS overall_rank,
    (
        SELECT s.rank_before FROM public.leaderboard_steps AS s
        WHERE s.dimension = 'technical' AND s.behind = 100 - CASE
            WHEN m.user_id IS NULL THEN a.technical_score ELSE m.technical_score
        END
    ) AS technical_rank,
    (
        SELECT s.rank_before FROM public.leaderboard_steps AS s
        WHERE s.dimension = 'emotional' AND s.behind = 100 - CASE
            WHEN m.user_id IS NULL THEN a.emotional_score ELSE m.emotional_score
        END
    ) AS emotional_rank,
    (
        SELECT s.rank_before FROM public.leaderboard_steps AS s
        WHERE s.dimension = 'creative' AND s.behind = 100 - CASE
            WHEN m.user_id IS NULL THEN a.creative_score ELSE m.creative_score
        END
    ) AS creative_rank,
    (
        SELECT s.rank_before FROM public.leaderboard_steps AS s
        WHERE s.dimension = 'lightning' AND s.behind = 100 - CASE
            WHEN m.user_id IS NULL THEN a.lightning_round_score ELSE m.lightning_round_score
        END
    ) AS lightning_rank
FROM public.leaderboard_attempts AS a
LEFT JOIN public.leaderboard_movers AS m ON m.user_id = a.user_id;
REVOKE ALL ON public.leaderboard_previous FROM PUBLIC;
