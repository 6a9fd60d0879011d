CREATE FUNCTION public.after_refresh_assessment_leaderboard()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
After a refresh: totals, and, if any rank differs from before, the ranks before it. Writes only the
rows that change.
*/
BEGIN
    INSERT INTO public.leaderboard_totals AS total (dimension, members)
    SELECT counted.dimension, counted.members
    FROM (
        SELECT
            count(overall_rank) AS overall,
            count(technical_rank) AS technical,
            count(emotional_rank) AS emotional,
            count(creative_rank) AS creative,
            count(lightning_rank) AS lightning
        FROM public.assessment_leaderboard
    ) AS board
    CROSS JOIN LATERAL (
        VALUES
            ('overall', overall), ('technical', technical), ('emotional', emotional),
            ('creative', creative), ('lightning', lightning)
    ) AS counted (dimension, members)
    ON CONFLICT (dimension) DO UPDATE SET members = EXCLUDED.members
    WHERE total.members <> EXCLUDED.members;

    IF NOT EXISTS (
        SELECT
        FROM public.assessment_leaderboard AS b
        FULL JOIN public.leaderboard_previous AS p ON p.user_id = b.user_id
        WHERE (b.overall_rank, b.technical_rank, b.emotional_rank, b.creative_rank,
                b.lightning_rank)
            IS DISTINCT FROM
            (p.now_overall, p.now_technical, p.now_emotional, p.now_creative, p.now_lightning)
    ) THEN
        RETURN;
    END IF;
    MERGE INTO public.leaderboard_previous AS p
    USING public.assessment_leaderboard AS b ON b.user_id = p.user_id
    WHEN MATCHED AND (
        p.overall_rank, p.technical_rank, p.emotional_rank, p.creative_rank, p.lightning_rank,
        p.now_overall, p.now_technical, p.now_emotional, p.now_creative, p.now_lightning
    ) IS DISTINCT FROM (
        p.now_overall, p.now_technical, p.now_emotional, p.now_creative, p.now_lightning,
        b.overall_rank, b.technical_rank, b.emotional_rank, b.creative_rank, b.lightning_rank
    ) THEN UPDATE SET
        overall_rank = p.now_overall,
        technical_rank = p.now_technical,
        emotional_rank = p.now_emotional,
        creative_rank = p.now_creative,
        lightning_rank = p.now_lightning,
        now_overall = b.overall_rank,
        now_technical = b.technical_rank,
        now_emotional = b.emotional_rank,
        now_creative = b.creative_rank,
        now_lightning = b.lightning_rank
    WHEN NOT MATCHED BY SOURCE THEN DELETE
    WHEN NOT MATCHED BY TARGET THEN
        INSERT (
            user_id, now_overall, now_technical, now_emotional, now_creative, now_lightning
        ) VALUES (
            b.user_id, b.overall_rank, b.technical_rank, b.emotional_rank, b.creative_rank,
            b.lightning_rank
        );
END
$$;
REVOKE ALL ON FUNCTION public.after_refresh_assessment_leaderboard() FROM PUBLIC;

CREATE FUNCTION public.refresh_assessment_leaderboard()
RETURNS void
LANGUAGE sql
SET search_path = ''
AS $$
    /* As the run "refresh assessment_leaderboard" does it, and recorded like one. */
    SELECT public.refresh_and_record('assessment_leaderboard');
$$;
REVOKE ALL ON FUNCTION public.refresh_assessment_leaderboard() FROM PUBLIC;

CREATE FUNCTION public.get_lightning_percentile(p_user_id uuid)
RETURNS numeric
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Ahead of so many percent of the others in the lightning round, 0 to 100; NULL for somebody who has
no rank, and for the only one who has. Members ask for themselves, staff for anybody.
*/
BEGIN
    IF p_user_id IS DISTINCT FROM public.current_member_id()
        AND NOT pg_catalog.pg_has_role(public.calling_role(), 'steward_owner', 'USAGE')
    THEN
        RAISE EXCEPTION 'Members ask for their own percentile only.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN (
        SELECT pg_catalog.round(
            100 * (1 - (b.lightning_rank - 1)::numeric / NULLIF(t.members - 1, 0)), 2
        )
        FROM public.assessment_leaderboard AS b
        JOIN public.leaderboard_totals AS t ON t.dimension = 'lightning'
        WHERE b.user_id = p_user_id
    );
END
$$;
REVOKE ALL ON FUNCTION public.get_lightning_percentile(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.get_lightning_percentile(uuid) TO steward_member;
