CREATE FUNCTION public.take_run_lock(p_operation text, p_target text)
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* For SQL functions that do an operation's work: hold its lock to the end of the transaction. */
BEGIN
    IF NOT pg_catalog.pg_try_advisory_xact_lock(public.run_lock_key(p_operation, p_target)) THEN
        RAISE EXCEPTION 'It is running already: % %', p_operation, p_target
            USING ERRCODE = 'lock_not_available';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.take_run_lock(text, text) FROM PUBLIC;
