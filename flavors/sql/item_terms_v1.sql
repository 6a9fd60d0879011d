CREATE FUNCTION public.kept_item_size()
RETURNS integer
LANGUAGE sql
IMMUTABLE
AS $$
    /* The uses of an item that is worth keeping: to count fewer takes no longer than a wheel may. */
    SELECT 1000;
$$;
REVOKE ALL ON FUNCTION public.kept_item_size() FROM PUBLIC;

CREATE FUNCTION public.item_partitions()
RETURNS SETOF bigint
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /* The attached partitions of the descriptors, by oid. */
    SELECT i.inhrelid::bigint FROM pg_catalog.pg_inherits AS i
    WHERE i.inhparent = 'public.flavor_descriptors'::pg_catalog.regclass
        AND NOT i.inhdetachpending;
$$;
REVOKE ALL ON FUNCTION public.item_partitions() FROM PUBLIC;

CREATE FUNCTION public.items_hold()
RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /* Whether what is kept of items is of the partitions that are attached. */
    SELECT NOT EXISTS (
        SELECT FROM public.item_partitions() AS here (partition)
        FULL JOIN public.descriptor_item_partitions AS listed USING (partition)
        WHERE here.partition IS NULL OR listed.partition IS NULL
    );
$$;
REVOKE ALL ON FUNCTION public.items_hold() FROM PUBLIC;

CREATE FUNCTION public.item_differences(p_items integer[])
RETURNS TABLE (
    item_id integer, term_id bigint, aroma integer, flavor integer, metaphor integer,
    aroma_sum integer, aroma_rated integer, flavor_sum integer, flavor_rated integer,
    metaphor_sum integer, metaphor_rated integer
)
LANGUAGE plpgsql
STABLE
SET search_path = ''
SET jit = off
-- Most of the descriptors are read, which are not in memory.
SET random_page_cost = 4
AS $$
/* What a full count of these items has more than what is kept of them, by raw term; only where they
   differ. */
BEGIN
    IF COALESCE(pg_catalog.cardinality(p_items), 0) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT
        each.item_id, each.term_id, sum(each.aroma)::int, sum(each.flavor)::int,
        sum(each.metaphor)::int, sum(each.aroma_sum)::int, sum(each.aroma_rated)::int,
        sum(each.flavor_sum)::int, sum(each.flavor_rated)::int, sum(each.metaphor_sum)::int,
        sum(each.metaphor_rated)::int
    FROM (
        SELECT
            i.id AS item_id, d.term_id,
            count(*) FILTER (WHERE d.descriptor_type = 'aroma') AS aroma,
            count(*) FILTER (WHERE d.descriptor_type = 'flavor') AS flavor,
            count(*) FILTER (WHERE d.descriptor_type = 'metaphor') AS metaphor,
            COALESCE(sum(d.intensity) FILTER (WHERE d.descriptor_type = 'aroma'), 0) AS aroma_sum,
            count(d.intensity) FILTER (WHERE d.descriptor_type = 'aroma') AS aroma_rated,
            COALESCE(sum(d.intensity) FILTER (WHERE d.descriptor_type = 'flavor'), 0)
                AS flavor_sum,
            count(d.intensity) FILTER (WHERE d.descriptor_type = 'flavor') AS flavor_rated,
            COALESCE(sum(d.intensity) FILTER (WHERE d.descriptor_type = 'metaphor'), 0)
                AS metaphor_sum,
            count(d.intensity) FILTER (WHERE d.descriptor_type = 'metaphor') AS metaphor_rated
        FROM public.descriptor_items AS i
        JOIN public.flavor_descriptors AS d ON d.item_name = i.item_name AND d.item_name <> ''
        WHERE i.id = ANY (p_items) AND public.is_in_wheels(d.descriptor_type)
            AND NOT EXISTS (
                SELECT FROM public.members AS m WHERE m.id = d.user_id AND NOT m.is_active
            )
        GROUP BY i.id, d.term_id
        UNION ALL
        SELECT
            k.item_id, k.term_id, -k.aroma, -k.flavor, -k.metaphor, -k.aroma_sum, -k.aroma_rated,
            -k.flavor_sum, -k.flavor_rated, -k.metaphor_sum, -k.metaphor_rated
        FROM public.descriptor_item_terms AS k
        WHERE k.item_id = ANY (p_items) AND NOT k.is_whole
    ) AS each
    GROUP BY each.item_id, each.term_id
    HAVING sum(each.aroma) <> 0 OR sum(each.flavor) <> 0 OR sum(each.metaphor) <> 0
        OR sum(each.aroma_sum) <> 0 OR sum(each.aroma_rated) <> 0
        OR sum(each.flavor_sum) <> 0 OR sum(each.flavor_rated) <> 0
        OR sum(each.metaphor_sum) <> 0 OR sum(each.metaphor_rated) <> 0;
END
$$;
REVOKE ALL ON FUNCTION public.item_differences(integer[]) FROM PUBLIC;
