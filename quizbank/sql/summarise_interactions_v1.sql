CREATE FUNCTION public.summarise_interactions(p_from date, p_until date)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Bring user_interaction_summary up to date for the days (UTC) from p_from until before p_until, and
prove that it says what the interactions say; returns how many those are. Raises, and changes
nothing, if it does not. Safe to run again.
*/
DECLARE
    v_lower uuid := public.uuid_floor(p_from::timestamp AT TIME ZONE 'UTC');
    v_upper uuid := public.uuid_floor(p_until::timestamp AT TIME ZONE 'UTC');
    v_rows bigint;
    v_wrong bigint;
BEGIN
    LOCK TABLE public.user_interaction_summary IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO public.user_interaction_summary AS s (user_id, action_type, date, count)
    SELECT i.user_id, i.action_type, (i.created_at AT TIME ZONE 'UTC')::date, count(*)
    FROM public.user_interactions AS i
    WHERE i.id >= v_lower AND i.id < v_upper
    GROUP BY 1, 2, 3
    ON CONFLICT (user_id, action_type, date) DO UPDATE SET count = EXCLUDED.count
    WHERE s.count <> EXCLUDED.count;

    WITH raw AS (
        SELECT
            i.user_id, i.action_type, (i.created_at AT TIME ZONE 'UTC')::date AS date,
            count(*) AS count
        FROM public.user_interactions AS i
        WHERE i.id >= v_lower AND i.id < v_upper
        GROUP BY 1, 2, 3
    ), kept AS (
        SELECT s.user_id, s.action_type, s.date, s.count
        FROM public.user_interaction_summary AS s
        WHERE s.date >= p_from AND s.date < p_until
    )
    SELECT
        COALESCE(pg_catalog.sum(raw.count), 0),
        count(*) FILTER (WHERE raw.count IS DISTINCT FROM kept.count)
    INTO v_rows, v_wrong
    FROM raw
    FULL JOIN kept USING (user_id, action_type, date);
    IF v_wrong > 0 THEN
        RAISE EXCEPTION
            'The summary of interactions has % rows that the interactions from % to % do not have.',
            v_wrong, p_from, p_until - 1 USING ERRCODE = 'data_exception';
    END IF;
    RETURN v_rows;
END
$$;
REVOKE ALL ON FUNCTION public.summarise_interactions(date, date) FROM PUBLIC;
