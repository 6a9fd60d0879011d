CREATE FUNCTION public.check_leaderboard()
RETURNS TABLE (user_id uuid, dimension text, stored bigint, correct bigint)
LANGUAGE sql
STABLE
SET search_path = ''
SET work_mem = '128MB'
AS $$
/*
Ranks that are not what the attempts say now, computed otherwise than the board's are: scores from
the JSON itself, the best attempt by number, ranks by order. Rows without a member are totals.
*/
WITH scored AS (
    SELECT
        s.user_id, s.overall_score AS overall, s.lightning_round_score AS lightning,
        pg_catalog.round(COALESCE(
            s.category_scores -> 'technical' -> 'overall', s.category_scores -> 'technical'
        )::text::numeric) AS technical,
        pg_catalog.round(COALESCE(
            s.category_scores -> 'emotional' -> 'overall', s.category_scores -> 'emotional'
        )::text::numeric) AS emotional,
        pg_catalog.round(COALESCE(
            s.category_scores -> 'creative' -> 'overall', s.category_scores -> 'creative'
        )::text::numeric) AS creative,
        pg_catalog.row_number() OVER (
            PARTITION BY s.user_id ORDER BY s.overall_score DESC, s.completed_at, s.id
        ) AS place
    FROM (
        SELECT
            a.id, a.user_id, a.overall_score, a.completed_at, a.lightning_round_score,
            pg_catalog.jsonb_strip_nulls(a.category_scores) AS category_scores
        FROM public.cs_assessment_sessions AS a
        JOIN public.members AS m ON m.id = a.user_id
        WHERE m.is_active AND a.status = 'completed' AND a.overall_score IS NOT NULL
    ) AS s
),
attempt AS (
    SELECT
        scored.*,
        pg_catalog.rank() OVER (ORDER BY overall DESC) AS overall_rank,
        pg_catalog.rank() OVER (ORDER BY technical DESC NULLS LAST) AS technical_rank,
        pg_catalog.rank() OVER (ORDER BY emotional DESC NULLS LAST) AS emotional_rank,
        pg_catalog.rank() OVER (ORDER BY creative DESC NULLS LAST) AS creative_rank,
        pg_catalog.rank() OVER (ORDER BY lightning DESC NULLS LAST) AS lightning_rank
    FROM scored
    WHERE place = 1
),
total AS (
    SELECT
        pg_catalog.count(overall) AS overall, pg_catalog.count(technical) AS technical,
        pg_catalog.count(emotional) AS emotional, pg_catalog.count(creative) AS creative,
        pg_catalog.count(lightning) AS lightning
    FROM attempt
)
SELECT COALESCE(a.user_id, b.user_id), compared.dimension, compared.stored, compared.correct
FROM attempt AS a
FULL JOIN public.assessment_leaderboard AS b ON b.user_id = a.user_id
CROSS JOIN LATERAL (
    VALUES
        ('overall', b.overall_rank, CASE WHEN a.overall IS NOT NULL THEN a.overall_rank END),
        ('technical', b.technical_rank,
            CASE WHEN a.technical IS NOT NULL THEN a.technical_rank END),
        ('emotional', b.emotional_rank,
            CASE WHEN a.emotional IS NOT NULL THEN a.emotional_rank END),
        ('creative', b.creative_rank, CASE WHEN a.creative IS NOT NULL THEN a.creative_rank END),
        ('lightning', b.lightning_rank,
            CASE WHEN a.lightning IS NOT NULL THEN a.lightning_rank END)
) AS compared (dimension, stored, correct)
WHERE compared.stored IS DISTINCT FROM compared.correct
UNION ALL
SELECT NULL, counted.dimension, t.members, counted.members
FROM total
CROSS JOIN LATERAL (
    VALUES
        ('overall', overall), ('technical', technical), ('emotional', emotional),
        ('creative', creative), ('lightning', lightning)
) AS counted (dimension, members)
LEFT JOIN public.leaderboard_totals AS t ON t.dimension = counted.dimension
WHERE COALESCE(t.members, 0) <> counted.members
$$;
REVOKE ALL ON FUNCTION public.check_leaderboard() FROM PUBLIC;
