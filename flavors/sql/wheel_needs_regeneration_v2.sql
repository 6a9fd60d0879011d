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
Whether a saved wheel is stale: older than the minutes, and not what get_wheel_data_fast() would say
now, be it for a descriptor, a merge or a category; after seven days in any case.
*/
DECLARE
    v_wheel public.flavor_wheels;
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
    RETURN v_wheel.data - 'generatedAt' IS DISTINCT FROM public.wheel_data(
        v_wheel.user_id, v_wheel.wheel_type, v_wheel.scope, v_wheel.scope_value, 1, 10
    ) - 'generatedAt';
END
$$;
