CREATE FUNCTION public.refresh_and_record(p_view text)
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* What each refresh_…() function does: refresh the view, and leave a row in the run ledger. */
DECLARE
    v_started timestamptz := pg_catalog.clock_timestamp();
    v_rows bigint := public.refresh_view(p_view, SESSION_USER);
BEGIN
    PERFORM public.record_run('refresh', p_view, v_started, v_rows || ' rows.');
END
$$;
REVOKE ALL ON FUNCTION public.refresh_and_record(text) FROM PUBLIC;
