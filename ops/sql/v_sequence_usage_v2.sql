CREATE FUNCTION public.sequence_positions()
RETURNS TABLE (sequence oid, last_value bigint)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/* How far each sequence is that the owner may read: PostgreSQL tells it to nobody else, not to a role
with pg_monitor either. */
SELECT s.seqrelid, pg_catalog.pg_sequence_last_value(s.seqrelid)
FROM pg_catalog.pg_sequence AS s
JOIN pg_catalog.pg_class AS c ON c.oid = s.seqrelid
WHERE NOT pg_catalog.pg_is_other_temp_schema(c.relnamespace)
$$;
REVOKE ALL ON FUNCTION public.sequence_positions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.sequence_positions() TO pg_monitor;

CREATE OR REPLACE VIEW public.v_sequence_usage AS
-- Bounded by the type of the column, not only by the sequence.
SELECT
    n.nspname AS schemaname,
    c.relname AS sequencename,
    a.attrelid::regclass::text AS tablename,
    a.attname AS columnname,
    p.last_value,
    b.cap,
    round(100.0 * p.last_value / b.cap, 2) AS percent_used
FROM public.sequence_positions() AS p
JOIN pg_sequence AS s ON s.seqrelid = p.sequence
JOIN pg_class AS c ON c.oid = p.sequence
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
    AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
CROSS JOIN LATERAL (
    SELECT least(
        s.seqmax,
        CASE a.atttypid
            WHEN 'int2'::regtype THEN 32767
            WHEN 'int4'::regtype THEN 2147483647
            ELSE 9223372036854775807
        END
    ) AS cap
) AS b
WHERE NOT s.seqcycle AND p.last_value IS NOT NULL
ORDER BY percent_used DESC;
