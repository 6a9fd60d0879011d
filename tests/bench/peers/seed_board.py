"""The view of seed 000, section 1.2, to the letter, over what it can read: flat scores, and one
attempt a member."""

SEED_SESSIONS = """
    CREATE SCHEMA seed;
    CREATE TABLE seed.cs_assessment_sessions AS
    SELECT
        id AS user_id, archetype, overall_score, dimensions, badges, lightning_round_score,
        completed_at, status,
        jsonb_build_object(
            'technical', technical_score, 'emotional', emotional_score, 'creative', creative_score
        ) AS category_scores
    FROM public.cs_assessment_sessions;
    ANALYZE seed.cs_assessment_sessions;
"""
SEED_BOARD = """
    SET search_path = seed, public;
    CREATE MATERIALIZED VIEW seed.assessment_leaderboard AS
SELECT
  user_id,
  archetype,
  overall_score,
  dimensions,
  category_scores,
  badges,
  lightning_round_score,
  completed_at,
  ROW_NUMBER() OVER (ORDER BY overall_score DESC NULLS LAST) as overall_rank,
  ROW_NUMBER() OVER (ORDER BY (category_scores->>'technical')::numeric DESC NULLS LAST)
    as technical_rank,
  ROW_NUMBER() OVER (ORDER BY (category_scores->>'emotional')::numeric DESC NULLS LAST)
    as emotional_rank,
  ROW_NUMBER() OVER (ORDER BY (category_scores->>'creative')::numeric DESC NULLS LAST)
    as creative_rank,
  ROW_NUMBER() OVER (ORDER BY COALESCE(lightning_round_score, 0) DESC) as lightning_rank
FROM cs_assessment_sessions
WHERE status = 'completed' AND completed_at IS NOT NULL AND overall_score IS NOT NULL;
    RESET search_path;
    CREATE UNIQUE INDEX ON seed.assessment_leaderboard (user_id);
    CREATE INDEX ON seed.assessment_leaderboard (overall_rank);
    CREATE INDEX ON seed.assessment_leaderboard (technical_rank);
    CREATE INDEX ON seed.assessment_leaderboard (emotional_rank);
    CREATE INDEX ON seed.assessment_leaderboard (creative_rank);
    CREATE INDEX ON seed.assessment_leaderboard (lightning_rank);
"""
SEED_REFRESH = "REFRESH MATERIALIZED VIEW CONCURRENTLY seed.assessment_leaderboard"
