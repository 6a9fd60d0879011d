CREATE OR REPLACE FUNCTION public.create_partition(p_parent regclass, p_period text, p_day date)
RETURNS text
LANGUAGE plpgsql
SET search_path = ''
SET lock_timeout = '5s'
AS $$
/*
Make the partition of p_parent for the month or year (UTC) around p_day, and attach it.
Returns its name, or NULL when it is there already. Refused while the archive has those rows: they
could not come back beside new ones.

Create, check, attach: takes SHARE UPDATE EXCLUSIVE on the parent, so readers and writers go on;
LIKE brings the primary key and the indexes, the check spares ATTACH its scan and, where created_at
is generated from the key, lets a filter on it prune. Vacuum settings and indexes that no parent can
have, which LIKE does not bring, are those of the newest partition.
*/
DECLARE
    v_from timestamptz := pg_catalog.date_trunc(p_period, p_day::timestamp) AT TIME ZONE 'UTC';
    v_until timestamptz := (
        pg_catalog.date_trunc(p_period, p_day::timestamp) + ('1 ' || p_period)::interval
    ) AT TIME ZONE 'UTC';
    v_schema text;
    v_parent text;
    v_name text;
    v_key text;
    v_settings text;
BEGIN
    SELECT n.nspname, c.relname, a.attname INTO v_schema, v_parent, v_key
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_partitioned_table AS p ON p.partrelid = c.oid
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
    WHERE c.oid = p_parent;
    IF v_parent IS NULL THEN
        RAISE EXCEPTION '% is not a partitioned table.', p_parent;
    ELSIF p_period NOT IN ('month', 'year') THEN
        RAISE EXCEPTION 'A period is month or year, not %.', p_period;
    END IF;
    v_name := v_parent || pg_catalog.to_char(
        v_from AT TIME ZONE 'UTC', CASE p_period WHEN 'year' THEN '_YYYY' ELSE '_YYYY_MM' END
    );
    PERFORM pg_catalog.pg_advisory_xact_lock(
        pg_catalog.hashtextextended('create_partition:' || v_parent, 0)
    );
    IF pg_catalog.to_regclass(pg_catalog.format('%I.%I', v_schema, v_name)) IS NOT NULL THEN
        IF EXISTS (
            SELECT FROM pg_catalog.pg_inherits AS i
            WHERE i.inhparent = p_parent AND NOT i.inhdetachpending
                AND i.inhrelid
                    = pg_catalog.to_regclass(pg_catalog.format('%I.%I', v_schema, v_name))
        ) THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION 'A table % exists, but it is no partition of %.', v_name, v_parent;
    END IF;
    IF EXISTS (
        SELECT FROM public.ops_archive
        WHERE table_name = v_parent AND state NOT IN ('restored', 'cancelled')
            AND lower < v_until AND upper > v_from
    ) THEN
        RAISE EXCEPTION '% is in the archive: restore it.', v_name;
    END IF;
    EXECUTE pg_catalog.format(
        'CREATE TABLE %I.%I (LIKE %I.%I INCLUDING ALL EXCLUDING IDENTITY)',
        v_schema, v_name, v_schema, v_parent
    );
    SELECT pg_catalog.array_to_string(c.reloptions, ', ') INTO v_settings
    FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = p_parent AND c.reloptions IS NOT NULL
    ORDER BY c.relname DESC LIMIT 1;
    EXECUTE pg_catalog.format(
        'ALTER TABLE %I.%I SET (%s)',
        v_schema, v_name,
        COALESCE(
            v_settings,
            'autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02'
        )
    );
    EXECUTE pg_catalog.format(
        'ALTER TABLE %I.%I ADD CONSTRAINT %I CHECK (%I >= %L AND %I < %L%s)',
        v_schema, v_name, v_name || '_bounds',
        v_key, public.uuid_floor(v_from), v_key, public.uuid_floor(v_until),
        CASE WHEN v_key = 'id' THEN
            pg_catalog.format(' AND created_at >= %L AND created_at < %L', v_from, v_until)
        END
    );
    PERFORM public.copy_own_indexes(
        p_parent, pg_catalog.format('%I.%I', v_schema, v_name)::regclass
    );
    EXECUTE pg_catalog.format(
        'ALTER TABLE %I.%I ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)',
        v_schema, v_parent, v_schema, v_name,
        public.uuid_floor(v_from), public.uuid_floor(v_until)
    );
    RETURN v_name;
END
$$;
REVOKE ALL ON FUNCTION public.create_partition(regclass, text, date) FROM PUBLIC;
