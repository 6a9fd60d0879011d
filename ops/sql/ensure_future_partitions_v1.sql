CREATE FUNCTION public.ensure_future_partitions(p_table text, p_months integer DEFAULT NULL)
RETURNS SETOF text
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Make the current partition of a declared table and those of the next p_months months, or of as many
periods as it declares; returns the names of those that were missing.

Each waits for its lock three times five seconds at most; readers and writers go on.
*/
DECLARE
    v_declared public.ops_partitioned_tables := public.declared_partitioned_table(p_table);
    v_parent regclass := pg_catalog.format('public.%I', p_table)::regclass;
    v_now timestamp := pg_catalog.now() AT TIME ZONE 'UTC';
    v_step interval := ('1 ' || v_declared.period)::interval;
    v_day timestamp;
    v_made text;
BEGIN
    IF p_months NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION 'Partitions are made 0 to 120 months ahead, not %.', p_months
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR v_day IN SELECT pg_catalog.generate_series(
        pg_catalog.date_trunc(v_declared.period, v_now),
        CASE
            WHEN p_months IS NULL
                THEN pg_catalog.date_trunc(v_declared.period, v_now) + v_declared.ahead * v_step
            ELSE v_now + pg_catalog.make_interval(months => p_months)
        END,
        v_step
    ) LOOP
        FOR v_attempt IN 1..3 LOOP
            BEGIN
                v_made := public.create_partition(v_parent, v_declared.period, v_day::date);
                EXIT;
            EXCEPTION WHEN lock_not_available THEN
                IF v_attempt = 3 THEN
                    RAISE EXCEPTION 'Other transactions hold %: try again when they are done.',
                        p_table USING ERRCODE = 'lock_not_available';
                END IF;
            END;
        END LOOP;
        IF v_made IS NOT NULL THEN
            RETURN NEXT v_made;
        END IF;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION public.ensure_future_partitions(text, integer) FROM PUBLIC;
