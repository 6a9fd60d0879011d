/*
Vacuum settings of seeds 002 and 004. A partition made later has those of the one before it. The
queue is emptied all day: vacuum it for its dead rows in number, not in share.
*/
ALTER TABLE public.user_progress SET (
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.02
);
ALTER TABLE public.quiz_sessions SET (autovacuum_vacuum_scale_factor = 0.1);
ALTER TABLE public.uncounted_answers SET (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000
);
DO $$
DECLARE
    v_partition regclass;
BEGIN
    FOR v_partition IN
        SELECT inhrelid FROM pg_catalog.pg_inherits
        WHERE inhparent = 'public.user_interactions'::regclass
    LOOP
        EXECUTE pg_catalog.format(
            'ALTER TABLE %s SET (autovacuum_vacuum_scale_factor = 0.02)', v_partition
        );
    END LOOP;
END
$$;
