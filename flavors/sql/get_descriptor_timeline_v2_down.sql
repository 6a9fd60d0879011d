CREATE OR REPLACE FUNCTION public.get_descriptor_timeline(
    p_user_id uuid DEFAULT NULL, p_days integer DEFAULT 30
)
RETURNS TABLE (
    day date, descriptor_count bigint, unique_descriptors bigint, avg_intensity numeric
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/*
The last p_days days (UTC), today the last, those without a descriptor too: of a member, or of
everybody. Merged terms are one.
Uses index: descriptor_of_member with a member, else the partitions of these days.
*/
DECLARE
    v_today date := (pg_catalog.now() AT TIME ZONE 'UTC')::date;
    v_first uuid;
BEGIN
    PERFORM public.assert_acts_for(p_user_id);
    PERFORM public.assert_in_range('p_days', p_days, 1, 366);
    v_first := public.uuid_floor((v_today - p_days + 1)::timestamp AT TIME ZONE 'UTC');
    RETURN QUERY EXECUTE pg_catalog.format(
        $query$
        SELECT days.day::date, COALESCE(sum(u.uses), 0)::bigint,
            count(DISTINCT COALESCE(t.canonical_id, t.id)),
            pg_catalog.round(sum(u.intensities) / NULLIF(sum(u.rated), 0), 2)
        FROM pg_catalog.generate_series($3 - $4 + 1, $3, interval '1 day') AS days (day)
        LEFT JOIN (
            SELECT pg_catalog.date_trunc('day', d.created_at, 'UTC') AT TIME ZONE 'UTC' AS day,
                d.term_id, count(*) AS uses, sum(d.intensity)::numeric AS intensities,
                count(d.intensity) AS rated
            FROM public.flavor_descriptors AS d
            WHERE d.id >= $2 %s
            GROUP BY 1, 2
        ) AS u ON u.day = days.day
        LEFT JOIN public.flavor_terms AS t ON t.id = u.term_id
        GROUP BY days.day
        ORDER BY days.day
        $query$,
        CASE WHEN p_user_id IS NOT NULL THEN 'AND d.user_id = $1' END
    ) USING p_user_id, v_first, v_today, p_days;
END
$$;
