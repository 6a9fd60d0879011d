CREATE FUNCTION public.get_partition_for_date(p_table text, p_date date)
RETURNS text
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/* The partition that takes the rows of this day (UTC), whatever its name; NULL: there is none. */
BEGIN
    PERFORM public.declared_partitioned_table(p_table);
    RETURN (
        SELECT part.partition_name
        FROM public.partition_bounds(p_table) AS part
        WHERE NOT part.is_detaching
            AND part.lower_bound <= p_date::timestamp AT TIME ZONE 'UTC'
            AND part.upper_bound > p_date::timestamp AT TIME ZONE 'UTC'
    );
END
$$;
REVOKE ALL ON FUNCTION public.get_partition_for_date(text, date) FROM PUBLIC;
