CREATE OR REPLACE FUNCTION public.copy_own_indexes(p_parent regclass, p_table regclass)
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Give p_table, which becomes a partition of p_parent, the indexes that the newest partition has of
its own: a unique index without the partition key cannot stand on the parent. They are found, and
named, by the partition's name at the beginning of theirs. And the settings of its primary key, which
no parent can have either.
*/
DECLARE
    v_schema text;
    v_name text;
    v_newest text;
    v_index record;
    v_settings text;
BEGIN
    SELECT n.nspname, c.relname INTO v_schema, v_name
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = p_table;
    SELECT c.relname INTO v_newest
    FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = p_parent AND i.inhrelid <> p_table
    ORDER BY c.relname DESC LIMIT 1;
    IF v_newest IS NULL THEN
        RETURN;
    END IF;
    FOR v_index IN
        SELECT v_name || pg_catalog.substr(c.relname, pg_catalog.length(v_newest) + 1) AS name,
            own.indisunique AS is_unique,
            pg_catalog.regexp_replace(
                pg_catalog.pg_get_indexdef(c.oid), '^CREATE (UNIQUE )?INDEX \S+ ON (ONLY )?\S+ ', ''
            ) AS definition
        FROM pg_catalog.pg_index AS own
        JOIN pg_catalog.pg_class AS c ON c.oid = own.indexrelid
        JOIN pg_catalog.pg_class AS of_table ON of_table.oid = own.indrelid
        JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = own.indrelid AND i.inhparent = p_parent
        WHERE of_table.relname = v_newest
            AND pg_catalog.starts_with(c.relname, v_newest)
            AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_inherits AS above WHERE above.inhrelid = c.oid
            )
            AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_constraint AS made WHERE made.conindid = c.oid
            )
    LOOP
        IF pg_catalog.to_regclass(pg_catalog.format('%I.%I', v_schema, v_index.name)) IS NULL THEN
            EXECUTE pg_catalog.format(
                'CREATE %s INDEX %I ON %s %s',
                CASE WHEN v_index.is_unique THEN 'UNIQUE' END, v_index.name, p_table,
                v_index.definition
            );
        END IF;
    END LOOP;
    SELECT pg_catalog.array_to_string(c.reloptions, ', ') INTO v_settings
    FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
    WHERE i.indrelid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', v_schema, v_newest))
        AND i.indisprimary;
    IF v_settings IS NOT NULL THEN
        EXECUTE (
            SELECT pg_catalog.format('ALTER INDEX %s SET (%s)', i.indexrelid::regclass, v_settings)
            FROM pg_catalog.pg_index AS i WHERE i.indrelid = p_table AND i.indisprimary
        );
    END IF;
END
$$;
