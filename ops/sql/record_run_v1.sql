CREATE FUNCTION public.record_run(
    p_operation text, p_target text, p_started_at timestamptz, p_result text
)
RETURNS uuid
LANGUAGE sql
SET search_path = ''
AS $$
    /* The ledger row of a run that a SQL function did itself, in the transaction that did it. */
    INSERT INTO public.ops_run (
        operation, target, parameters, requested_by_name, schedule, priority, status, attempts,
        max_attempts, progress_note, result, figures, error, started_at, heartbeat_at, finished_at
    ) VALUES (
        p_operation, p_target, '{}', SESSION_USER, '', 'normal', 'completed', 1,
        1, '', p_result, '{}', '', p_started_at, p_started_at, pg_catalog.clock_timestamp()
    )
    RETURNING id;
$$;
REVOKE ALL ON FUNCTION public.record_run(text, text, timestamptz, text) FROM PUBLIC;
