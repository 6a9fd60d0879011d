CREATE FUNCTION public.refresh_category_statistics()
RETURNS void
LANGUAGE sql
SET search_path = ''
AS $$
    /* As the run "refresh category_statistics" does it, and recorded like one. */
    SELECT public.refresh_and_record('category_statistics');
$$;
REVOKE ALL ON FUNCTION public.refresh_category_statistics() FROM PUBLIC;
