CREATE FUNCTION public.create_descriptor_partition(p_year integer, p_month integer)
RETURNS text
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* Make the partition of descriptors for a month (UTC); its name, NULL when it is there already. */
BEGIN
    PERFORM public.assert_in_range('p_year', p_year, 1970, 2999);
    PERFORM public.assert_in_range('p_month', p_month, 1, 12);
    RETURN public.create_partition(
        'public.flavor_descriptors', 'month', pg_catalog.make_date(p_year, p_month, 1)
    );
END
$$;
REVOKE ALL ON FUNCTION public.create_descriptor_partition(integer, integer) FROM PUBLIC;

CREATE FUNCTION public.ensure_future_partitions(p_months integer)
RETURNS SETOF text
LANGUAGE sql
SET search_path = ''
AS $$
    /* Of descriptors. */
    SELECT public.ensure_future_partitions('flavor_descriptors', p_months);
$$;
REVOKE ALL ON FUNCTION public.ensure_future_partitions(integer) FROM PUBLIC;

CREATE FUNCTION public.analyze_all_partitions()
RETURNS TABLE (
    partition_name text,
    lower_bound timestamptz,
    upper_bound timestamptz,
    estimated_rows bigint,
    total_bytes bigint,
    analyzed_at timestamptz
)
LANGUAGE sql
SET search_path = ''
AS $$
    /* Of descriptors. */
    SELECT * FROM public.analyze_all_partitions('flavor_descriptors');
$$;
REVOKE ALL ON FUNCTION public.analyze_all_partitions() FROM PUBLIC;

CREATE FUNCTION public.run_partition_maintenance()
RETURNS text
LANGUAGE sql
SET search_path = ''
AS $$
    /* Of descriptors. */
    SELECT public.run_partition_maintenance('flavor_descriptors');
$$;
REVOKE ALL ON FUNCTION public.run_partition_maintenance() FROM PUBLIC;

CREATE FUNCTION public.archive_old_partitions(p_months integer)
RETURNS TABLE (partition_name text, run_id uuid)
LANGUAGE sql
SET search_path = ''
AS $$
    /* Of descriptors. */
    SELECT * FROM public.archive_old_partitions('flavor_descriptors', p_months);
$$;
REVOKE ALL ON FUNCTION public.archive_old_partitions(integer) FROM PUBLIC;

CREATE FUNCTION public.detach_partition(p_name text)
RETURNS uuid
LANGUAGE sql
SET search_path = ''
AS $$
    /* Of descriptors. */
    SELECT public.detach_partition('flavor_descriptors', p_name);
$$;
REVOKE ALL ON FUNCTION public.detach_partition(text) FROM PUBLIC;
