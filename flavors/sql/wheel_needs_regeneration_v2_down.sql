CREATE OR REPLACE FUNCTION public.wheel_needs_regeneration(
    p_wheel_id uuid, p_threshold_minutes integer DEFAULT 30
)
RETURNS boolean
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Whether a saved wheel is stale: older than the minutes, and of another number of descriptors than it
shows, or with one that is newer than it; after seven days in any case. By what the views know.
*/
DECLARE
    v_wheel public.flavor_wheels;
    v_types text[];
    v_total bigint;
    v_latest timestamptz;
BEGIN
    PERFORM public.assert_in_range('p_threshold_minutes', p_threshold_minutes, 0, 100000);
    SELECT * INTO v_wheel FROM public.flavor_wheels AS w WHERE w.id = p_wheel_id;
    IF v_wheel.id IS NULL OR (
        v_wheel.scope <> 'universal' AND public.calling_role() <> 'steward_owner'
        AND v_wheel.user_id IS DISTINCT FROM public.current_member_id()
    ) THEN
        RAISE EXCEPTION 'There is no wheel %.', p_wheel_id USING ERRCODE = 'no_data_found';
    END IF;
    IF v_wheel.generated_at
        > pg_catalog.now() - pg_catalog.make_interval(mins => p_threshold_minutes)
    THEN
        RETURN false;
    ELSIF v_wheel.generated_at < pg_catalog.now() - interval '7 days' THEN
        RETURN true;
    END IF;
    v_types := public.wheel_types(v_wheel.wheel_type);
    IF v_wheel.scope = 'personal' THEN
        SELECT COALESCE(sum(r.uses), 0), max(r.last_used_at) INTO v_total, v_latest
        FROM public.descriptor_member_terms AS r
        JOIN public.flavor_terms AS raw ON raw.id = r.term_id
        JOIN public.flavor_terms AS t ON t.id = COALESCE(raw.canonical_id, raw.id)
        WHERE r.user_id = v_wheel.user_id AND r.descriptor_type = ANY (v_types)
            AND t.status <> 'rejected';
    ELSIF v_wheel.scope = 'universal' THEN
        SELECT v_wheel.descriptor_count, max(s.last_used_at) INTO v_total, v_latest
        FROM public.mv_category_descriptor_summary AS s
        WHERE s.descriptor_type = ANY (v_types);
    ELSE
        v_total := (public.wheel_data(
            v_wheel.user_id, v_wheel.wheel_type, v_wheel.scope, v_wheel.scope_value, 1, 1
        ) ->> 'totalDescriptors')::bigint;
    END IF;
    RETURN v_total <> v_wheel.descriptor_count
        OR COALESCE(v_latest > v_wheel.generated_at, false);
END
$$;
