ALTER TABLE public.descriptor_changes
    RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
DO $$
DECLARE
    v_index text;
BEGIN
    FOR v_index IN
        SELECT own.indexrelid::regclass FROM pg_catalog.pg_inherits AS i
        JOIN pg_catalog.pg_index AS own ON own.indrelid = i.inhrelid
        JOIN pg_catalog.pg_class AS c ON c.oid = own.indexrelid
        WHERE i.inhparent = 'public.flavor_descriptors'::regclass AND c.relname LIKE '%\_once'
    LOOP
        EXECUTE pg_catalog.format('DROP INDEX %s', v_index);
    END LOOP;
END
$$;
