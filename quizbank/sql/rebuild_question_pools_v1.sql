CREATE FUNCTION public.list_all_pools()
RETURNS integer
LANGUAGE sql
SET search_path = ''
AS $$
    /* Let every pool wait for its rebuild; returns how many keys wait now. */
    INSERT INTO public.waiting_question_pools (key)
    SELECT p.key FROM public.question_pools AS p
    UNION
    SELECT public.pool_key(q.system_id, q.topic_id, q.subject_id, q.difficulty)
    FROM public.questions AS q WHERE q.status = 'active';
    SELECT pg_catalog.count(DISTINCT w.key) FROM public.waiting_question_pools AS w;
$$;
REVOKE ALL ON FUNCTION public.list_all_pools() FROM PUBLIC;
CREATE FUNCTION public.rebuild_question_pools()
RETURNS integer
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* All pools, as the run "rebuild_pools all" does it and recorded like one; how many there are. */
DECLARE
    v_started timestamptz := pg_catalog.clock_timestamp();
    v_done record;
BEGIN
    PERFORM public.take_run_lock('rebuild_pools', 'all');
    PERFORM public.list_all_pools();
    SELECT * INTO v_done FROM public.rebuild_waiting_pools(NULL);
    PERFORM public.record_run(
        'rebuild_pools', 'all', v_started,
        v_done.pools || ' pools with ' || v_done.questions || ' questions.'
    );
    RETURN v_done.pools;
END
$$;
REVOKE ALL ON FUNCTION public.rebuild_question_pools() FROM PUBLIC;
