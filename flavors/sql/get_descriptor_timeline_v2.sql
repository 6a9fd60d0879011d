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
everybody who is active as of the last refresh of the views. Merged terms are one.
Uses index: descriptor_of_member with a member, else descriptor_days_pkey.
*/
DECLARE
    v_today date := (pg_catalog.now() AT TIME ZONE 'UTC')::date;
    v_first date := v_today - p_days + 1;
    v_lower uuid;
BEGIN
    PERFORM public.assert_acts_for(p_user_id);
    PERFORM public.assert_in_range('p_days', p_days, 1, 366);
    IF p_user_id IS NULL THEN
        RETURN QUERY
            SELECT days.day::date, COALESCE(kept.uses, 0)::bigint, COALESCE(terms.number, 0),
                pg_catalog.round(
                    kept.intensity_sum::numeric / NULLIF(kept.intensity_count, 0), 2
                )
            FROM pg_catalog.generate_series(v_first, v_today, interval '1 day') AS days (day)
            LEFT JOIN public.descriptor_days AS kept ON kept.day = days.day::date
            LEFT JOIN LATERAL (
                SELECT count(DISTINCT COALESCE(alias.canonical_id, term.id)) AS number
                FROM pg_catalog.unnest(kept.term_ids) AS term (id)
                LEFT JOIN public.flavor_terms AS alias
                    ON alias.id = term.id AND alias.canonical_id IS NOT NULL
            ) AS terms ON true
            ORDER BY days.day;
        RETURN;
    END IF;
    v_lower := public.uuid_floor(v_first::timestamp AT TIME ZONE 'UTC');
    RETURN QUERY
        SELECT days.day::date, COALESCE(sum(u.uses), 0)::bigint,
            count(DISTINCT COALESCE(t.canonical_id, t.id)),
            pg_catalog.round(sum(u.intensities) / NULLIF(sum(u.rated), 0), 2)
        FROM pg_catalog.generate_series(v_first, v_today, interval '1 day') AS days (day)
        LEFT JOIN (
            SELECT pg_catalog.date_trunc('day', d.created_at, 'UTC') AT TIME ZONE 'UTC' AS day,
                d.term_id, count(*) AS uses, sum(d.intensity)::numeric AS intensities,
                count(d.intensity) AS rated
            FROM public.flavor_descriptors AS d
            WHERE d.id >= v_lower AND d.user_id = p_user_id
            GROUP BY 1, 2
        ) AS u ON u.day = days.day
        LEFT JOIN public.flavor_terms AS t ON t.id = u.term_id
        GROUP BY days.day
        ORDER BY days.day;
END
$$;
