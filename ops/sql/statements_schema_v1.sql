CREATE FUNCTION public.statements_schema()
RETURNS text
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/* Where pg_stat_statements is installed; null where it is not. */
SELECT n.nspname
FROM pg_catalog.pg_extension AS e
JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'
$$;
REVOKE ALL ON FUNCTION public.statements_schema() FROM PUBLIC;
