CREATE FUNCTION public.enqueue_run(p_operation text, p_target text, p_parameters jsonb)
RETURNS uuid
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
A waiting run in the ledger, which the poller gives to a worker within seconds; or the one that is
active already. Its id.
*/
DECLARE
    v_run uuid;
BEGIN
    -- The active one may end between the two statements; then there is room for ours.
    FOR v_attempt IN 1..10 LOOP
        INSERT INTO public.ops_run (
            operation, target, parameters, requested_by_name, schedule, priority, status, attempts,
            max_attempts, progress_note, result, figures, error
        ) VALUES (
            p_operation, p_target, p_parameters, SESSION_USER, '', 'normal', 'pending', 0,
            3, '', '', '{}', ''
        )
        ON CONFLICT (operation, target) WHERE status IN ('pending', 'processing') DO NOTHING
        RETURNING id INTO v_run;
        IF FOUND THEN
            RETURN v_run;
        END IF;
        SELECT id INTO v_run FROM public.ops_run
        WHERE operation = p_operation AND target = p_target
            AND status IN ('pending', 'processing');
        IF FOUND THEN
            RETURN v_run;
        END IF;
    END LOOP;
    RAISE EXCEPTION 'Runs of % % come and go: try again.', p_operation, p_target
        USING ERRCODE = 'lock_not_available';
END
$$;
REVOKE ALL ON FUNCTION public.enqueue_run(text, text, jsonb) FROM PUBLIC;
