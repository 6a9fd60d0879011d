/*
One descriptor of a source once, by its form and type, in each partition: no unique key without the
partition key can span them. A partition made later, or restored, gets its own from the newest one.
The queue of changes is emptied all day: vacuum it for its dead rows in number, not in share.
*/
DO $$
DECLARE
    v_name text;
BEGIN
    FOR v_name IN
        SELECT c.relname FROM pg_catalog.pg_inherits AS i
        JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.flavor_descriptors'::regclass
    LOOP
        EXECUTE pg_catalog.format(
            'CREATE UNIQUE INDEX %I ON public.%I'
            ' (source_id, normalized_form, descriptor_type, source_type)'
            ' WHERE source_id IS NOT NULL',
            v_name || '_once', v_name
        );
    END LOOP;
END
$$;
ALTER TABLE public.descriptor_changes SET (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000
);
