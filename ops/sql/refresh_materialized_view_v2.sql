CREATE OR REPLACE FUNCTION public.refresh_materialized_view(p_view text, p_blocking boolean)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
What refresh_view() does for a view that the server keeps; returns its rows.

CONCURRENTLY, so that readers go on; p_blocking shuts them out, and gives up when they do not let
it in within the session's lock_timeout, or five seconds. Whoever refreshes the view already makes
it fail at once.
*/
DECLARE
    v_rows bigint;
BEGIN
    IF p_blocking AND pg_catalog.current_setting('lock_timeout') = '0' THEN
        PERFORM pg_catalog.set_config('lock_timeout', '5s', true);
    END IF;
    BEGIN
        EXECUTE pg_catalog.format(
            'REFRESH MATERIALIZED VIEW %s public.%I',
            CASE WHEN p_blocking THEN '' ELSE 'CONCURRENTLY' END,
            p_view
        );
    EXCEPTION WHEN lock_not_available THEN
        RAISE EXCEPTION 'Readers of % did not let the refresh in.', p_view
            USING ERRCODE = 'lock_not_available';
    END;
    EXECUTE pg_catalog.format('SELECT count(*) FROM public.%I', p_view) INTO v_rows;
    RETURN v_rows;
END
$$;
REVOKE ALL ON FUNCTION public.refresh_materialized_view(text, boolean) FROM PUBLIC;
