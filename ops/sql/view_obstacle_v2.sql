CREATE OR REPLACE FUNCTION public.view_obstacle(p_view text)
RETURNS text
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /*
    Why this view cannot be refreshed while people read it; NULL if it can. A roll-up needs its view
    and its function, a materialized view a unique index, to be refreshed CONCURRENTLY.
    */
    SELECT CASE
        WHEN declared.refresh_function <> '' THEN CASE
            WHEN c.oid IS NULL THEN 'it does not exist'
            WHEN pg_catalog.to_regprocedure(
                pg_catalog.format('public.%I()', declared.refresh_function)
            ) IS NULL THEN 'its function is missing'
        END
        WHEN c.relkind IS DISTINCT FROM 'm' THEN 'it does not exist'
        WHEN NOT c.relispopulated THEN 'it was never populated'
        WHEN NOT EXISTS (
            SELECT FROM pg_catalog.pg_index AS i
            JOIN pg_catalog.pg_class AS index_of ON index_of.oid = i.indexrelid
            JOIN pg_catalog.pg_am AS am ON am.oid = index_of.relam
            WHERE i.indrelid = c.oid AND am.amname = 'btree'
                AND i.indisunique AND i.indimmediate AND i.indisvalid
                AND i.indpred IS NULL AND i.indexprs IS NULL
        ) THEN 'it has no unique index over plain columns of all its rows'
    END
    FROM (SELECT) AS always
    LEFT JOIN public.ops_materialized_views AS declared ON declared.name = p_view
    LEFT JOIN pg_catalog.pg_class AS c
        ON c.oid = pg_catalog.to_regclass(pg_catalog.format('public.%I', p_view))
        AND c.relkind IN ('m', 'v');
$$;
REVOKE ALL ON FUNCTION public.view_obstacle(text) FROM PUBLIC;
