CREATE FUNCTION public.verify_migrations()
RETURNS TABLE (component text, object_name text, status text, details text)
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/*
The catalog against what the migrations make, as manage.py verify_schema saw it last in a database
of its own: OK, missing, drifted or unknown. Parts of what is missing or unknown are not named apart.
*/
BEGIN
    IF NOT EXISTS (SELECT FROM public.ops_schema_expectation) THEN
        RAISE EXCEPTION 'Nobody knows yet what to expect.' USING HINT = 'Run manage.py verify_schema.';
    END IF;
    RETURN QUERY
    WITH expected AS (
        SELECT made.*
        FROM public.ops_schema_expectation AS e
        CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(e.objects) AS made (
            kind text, key text, part_of text, definition text
        )
    ),
    found AS MATERIALIZED (
        SELECT c.*, CASE c.kind WHEN 'partition' THEN c.part_of ELSE c.name END AS key
        FROM public.schema_catalog() AS c
    ),
    compared AS (
        SELECT kind, COALESCE(found.name, key) AS name,
            COALESCE(expected.part_of, found.part_of) AS part_of,
            CASE
                WHEN found.definition IS NULL THEN 'missing'
                WHEN expected.definition IS NULL THEN 'unknown'
                WHEN found.definition <> expected.definition THEN 'drifted'
                ELSE 'OK'
            END AS state,
            expected.definition AS wanted, found.definition AS standing
        FROM expected FULL JOIN found USING (kind, key)
    )
    SELECT c.kind, c.name, c.state,
        CASE c.state
            WHEN 'drifted' THEN pg_catalog.format(E'expected: %s\nfound: %s', c.wanted, c.standing)
            WHEN 'missing' THEN c.wanted
            WHEN 'unknown' THEN c.standing
            ELSE ''
        END
    FROM compared AS c
    WHERE NOT EXISTS (
        SELECT FROM compared AS whole
        WHERE whole.kind IN ('table', 'view', 'materialized view', 'sequence', 'function')
            AND whole.name = c.part_of AND whole.state IN ('missing', 'unknown')
    )
    ORDER BY c.state = 'OK', c.kind COLLATE "C", c.name COLLATE "C";
END
$$;
REVOKE ALL ON FUNCTION public.verify_migrations() FROM PUBLIC;
