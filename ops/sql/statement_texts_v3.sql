CREATE OR REPLACE FUNCTION public.statement_texts()
RETURNS TABLE (queryid bigint, query text)
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/*
The texts that pg_stat_statements keeps of this database's queries, with $1 for each constant, and
without passwords. No row where the extension is not installed or not loaded.
*/
BEGIN
    IF public.statements_schema() IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE pg_catalog.format(
        'SELECT t.queryid,'
        -- Few texts have that word, and looking for it costs a third of the replacement.
        ' CASE WHEN t.query ILIKE ''%%password%%'' THEN pg_catalog.regexp_replace(t.query,'
        ' ''(password\s+)(e?''''([^'''']|'''''''')*'''')'', ''\1'''''''''', ''gi'')'
        ' ELSE t.query END'
        ' FROM ('
        '    SELECT s.queryid, pg_catalog.min(s.query) AS query'
        '    FROM %I.pg_stat_statements(true) AS s'
        '    JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid'
        '    WHERE d.datname = pg_catalog.current_database() AND s.queryid IS NOT NULL'
        '    AND s.query IS NOT NULL AND s.query <> ''<insufficient privilege>'''
        '    GROUP BY s.queryid'
        ' ) AS t',
        public.statements_schema()
    );
EXCEPTION
    WHEN object_not_in_prerequisite_state THEN
        RETURN;
END
$$;
