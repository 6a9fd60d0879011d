/*
What belongs to each partition alone is built without room: its key only grows at its end, and what
is written in the middle of the other one splits a page, whatever room that had. New partitions get
it from the newest one. Those that are there have it when they are built again (REINDEX).
*/
DO $$
DECLARE
    v_index regclass;
BEGIN
    FOR v_index IN
        SELECT i.indexrelid::regclass
        FROM pg_catalog.pg_inherits AS part
        JOIN pg_catalog.pg_index AS i ON i.indrelid = part.inhrelid
        JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
        WHERE part.inhparent = 'public.flavor_descriptors'::regclass
            AND (i.indisprimary OR c.relname LIKE '%\_once')
    LOOP
        EXECUTE pg_catalog.format('ALTER INDEX %s SET (fillfactor = 100)', v_index);
    END LOOP;
END
$$;
