CREATE OR REPLACE FUNCTION public.mark_descriptor_changes()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* After a statement on the descriptors: whose months are to be counted again. An INSERT marks what
   its own trigger updates. */
BEGIN
    IF TG_OP = 'UPDATE' AND pg_catalog.pg_trigger_depth() > 1 THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.descriptor_changes (user_id, month, first_day, last_day, rows)
    SELECT
        c.user_id, pg_catalog.date_trunc('month', c.created_at, 'UTC')::date,
        (min(c.created_at) AT TIME ZONE 'UTC')::date, (max(c.created_at) AT TIME ZONE 'UTC')::date,
        count(*)
    FROM changed AS c
    GROUP BY 1, 2;
    RETURN NULL;
END
$$;
