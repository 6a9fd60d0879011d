"""The view of seed 000, section 1.2, to the letter, over what it can read: flat scores, and one
attempt a member."""

from __future__ import annotations

from tests.bench.measuring import ask

SEED_SESSIONS = """
    CREATE SCHEMA seed_000;
    CREATE TABLE seed_000.cs_assessment_sessions AS
    SELECT
        id AS user_id, archetype, overall_score, dimensions, badges, lightning_round_score,
        completed_at, status,
        jsonb_build_object(
            'technical', technical_score, 'emotional', emotional_score, 'creative', creative_score
        ) AS category_scores
    FROM public.cs_assessment_sessions;
    ANALYZE seed_000.cs_assessment_sessions;
"""
SEED_BOARD = """
    SET search_path = seed_000, public;
    CREATE MATERIALIZED VIEW seed_000.assessment_leaderboard AS
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
    CREATE UNIQUE INDEX ON seed_000.assessment_leaderboard (user_id);
    CREATE INDEX ON seed_000.assessment_leaderboard (overall_rank);
    CREATE INDEX ON seed_000.assessment_leaderboard (technical_rank);
    CREATE INDEX ON seed_000.assessment_leaderboard (emotional_rank);
    CREATE INDEX ON seed_000.assessment_leaderboard (creative_rank);
    CREATE INDEX ON seed_000.assessment_leaderboard (lightning_rank);
"""
SEED_REFRESH = "REFRESH MATERIALIZED VIEW CONCURRENTLY seed_000.assessment_leaderboard"


def fill_board(attempts: int) -> None:
    """Of all attempts that there are; begins anew."""
    ask("DROP SCHEMA IF EXISTS seed_000 CASCADE")
    ask(SEED_SESSIONS)
    ask(SEED_BOARD)
