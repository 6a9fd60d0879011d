DO $$
DECLARE
    v_name text;
BEGIN
    FOR v_name IN
        SELECT c.relname FROM pg_catalog.pg_inherits AS i
        JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.flavor_descriptors'::regclass
    LOOP
        EXECUTE pg_catalog.format('DROP INDEX IF EXISTS public.%I', v_name || '_once');
        EXECUTE pg_catalog.format(
            'CREATE UNIQUE INDEX %I ON public.%I'
            ' (source_id, normalized_form, descriptor_type, source_type)'
            ' WHERE source_id IS NOT NULL',
            v_name || '_once', v_name
        );
    END LOOP;
END
$$;
