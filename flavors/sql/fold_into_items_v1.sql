/*
The steps of fold_into_items(), in their order. What is kept of an item is, at any time and with what
waits in descriptor_item_changes, what a count of its descriptors says.
*/
CREATE FUNCTION public.choose_items_to_count()
RETURNS integer[]
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Which items are counted in full: those that grew so large since, and all when the attached partitions
are others than those that were counted, but for new ones that are empty. They are kept from now on.
Then what waits is in the uses of each item, in the same statement: nothing adds it again.
*/
DECLARE
    v_all boolean;
    v_is_filled boolean;
    v_partition bigint;
    v_found integer[];
BEGIN
    v_all := EXISTS (
        SELECT l.partition FROM public.descriptor_item_partitions AS l
        EXCEPT
        SELECT here.* FROM public.item_partitions() AS here
    ) OR NOT EXISTS (SELECT FROM public.descriptor_item_partitions);
    FOR v_partition IN
        SELECT here.* FROM public.item_partitions() AS here
        EXCEPT
        SELECT l.partition FROM public.descriptor_item_partitions AS l
    LOOP
        EXECUTE pg_catalog.format(
            'SELECT EXISTS (SELECT FROM %s)', v_partition::oid::pg_catalog.regclass
        ) INTO v_is_filled;
        v_all := v_all OR v_is_filled;
        INSERT INTO public.descriptor_item_partitions (partition) VALUES (v_partition);
    END LOOP;
    IF v_all THEN
        DELETE FROM public.descriptor_item_partitions AS l
        WHERE l.partition NOT IN (SELECT here.* FROM public.item_partitions() AS here);
        UPDATE public.descriptor_items SET uses = 0;
        WITH waiting AS (
            DELETE FROM public.descriptor_item_changes
        )
        INSERT INTO public.descriptor_items AS known (item_name, uses)
        SELECT d.item_name, count(*) FROM public.flavor_descriptors AS d
        WHERE d.item_name <> '' AND public.is_in_wheels(d.descriptor_type)
            AND NOT EXISTS (
                SELECT FROM public.members AS m WHERE m.id = d.user_id AND NOT m.is_active
            )
        GROUP BY d.item_name
        ON CONFLICT (item_name) DO UPDATE SET uses = EXCLUDED.uses;
    END IF;
    SELECT COALESCE(pg_catalog.array_agg(i.id), '{}') INTO v_found
    FROM public.descriptor_items AS i
    WHERE CASE WHEN i.is_kept THEN v_all ELSE i.uses >= public.kept_item_size() END;
    UPDATE public.descriptor_items SET is_kept = true WHERE id = ANY (v_found) AND NOT is_kept;
    RETURN v_found;
END
$$;
REVOKE ALL ON FUNCTION public.choose_items_to_count() FROM PUBLIC;

CREATE FUNCTION public.take_item_changes(p_counted integer[])
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
SET jit = off
AS $$
/*
Empties descriptor_item_changes into the temporary table `item_more`: what the kept items have more or
less. Those of p_counted from their count, in the same statement: it sees what is written, or what
wrote it waits for the next time.
*/
BEGIN
    CREATE TEMP TABLE item_more (
        item_id integer, term_id bigint, aroma integer, flavor integer, metaphor integer,
        aroma_sum integer, aroma_rated integer, flavor_sum integer, flavor_rated integer,
        metaphor_sum integer, metaphor_rated integer
    ) ON COMMIT DROP;
    WITH taken AS (
        DELETE FROM public.descriptor_item_changes
        RETURNING item_name, term_id, descriptor_type, uses, intensity_sum, intensity_count
    ), sized AS (
        INSERT INTO public.descriptor_items AS known (item_name, uses)
        SELECT t.item_name, sum(t.uses) FROM taken AS t GROUP BY t.item_name ORDER BY t.item_name
        ON CONFLICT (item_name) DO UPDATE SET uses = known.uses + EXCLUDED.uses
    )
    INSERT INTO pg_temp.item_more
    SELECT * FROM public.item_differences(p_counted)
    UNION ALL
    SELECT
        i.id, t.term_id,
        COALESCE(sum(t.uses) FILTER (WHERE t.descriptor_type = 'aroma'), 0),
        COALESCE(sum(t.uses) FILTER (WHERE t.descriptor_type = 'flavor'), 0),
        COALESCE(sum(t.uses) FILTER (WHERE t.descriptor_type = 'metaphor'), 0),
        COALESCE(sum(t.intensity_sum) FILTER (WHERE t.descriptor_type = 'aroma'), 0),
        COALESCE(sum(t.intensity_count) FILTER (WHERE t.descriptor_type = 'aroma'), 0),
        COALESCE(sum(t.intensity_sum) FILTER (WHERE t.descriptor_type = 'flavor'), 0),
        COALESCE(sum(t.intensity_count) FILTER (WHERE t.descriptor_type = 'flavor'), 0),
        COALESCE(sum(t.intensity_sum) FILTER (WHERE t.descriptor_type = 'metaphor'), 0),
        COALESCE(sum(t.intensity_count) FILTER (WHERE t.descriptor_type = 'metaphor'), 0)
    FROM taken AS t
    JOIN public.descriptor_items AS i ON i.item_name = t.item_name
    WHERE i.is_kept AND i.id <> ALL (p_counted)
    GROUP BY i.id, t.term_id;
    ANALYZE pg_temp.item_more;
END
$$;
REVOKE ALL ON FUNCTION public.take_item_changes(integer[]) FROM PUBLIC;

CREATE FUNCTION public.add_to_item_branches(p_sign integer)
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* The uses of the terms in the temporary table `item_placed`, as they stand in wheels. */
BEGIN
    INSERT INTO public.descriptor_item_branches AS kept
        (item_id, category_id, aroma, flavor, metaphor)
    SELECT
        k.item_id, k.category_id, p_sign * sum(k.aroma), p_sign * sum(k.flavor),
        p_sign * sum(k.metaphor)
    FROM pg_temp.item_placed AS p
    JOIN public.descriptor_item_terms AS k ON k.term_id = p.term_id AND k.item_id = p.item_id
    WHERE k.category_id IS NOT NULL
    GROUP BY k.item_id, k.category_id
    ORDER BY 1, 2
    ON CONFLICT (item_id, category_id) DO UPDATE SET
        aroma = kept.aroma + EXCLUDED.aroma,
        flavor = kept.flavor + EXCLUDED.flavor,
        metaphor = kept.metaphor + EXCLUDED.metaphor;
END
$$;
REVOKE ALL ON FUNCTION public.add_to_item_branches(integer) FROM PUBLIC;

CREATE FUNCTION public.add_to_item_terms()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* `item_more`, each under the category of its term; one that was merged or rejected stands alone in
   no wheel. */
BEGIN
    INSERT INTO public.descriptor_item_terms AS kept (
        item_id, term_id, category_id, aroma, flavor, metaphor, aroma_sum, aroma_rated,
        flavor_sum, flavor_rated, metaphor_sum, metaphor_rated
    )
    SELECT
        more.item_id, more.term_id,
        CASE WHEN t.canonical_id IS NULL AND t.status <> 'rejected'
            THEN COALESCE(t.category_id, 0) END,
        more.aroma, more.flavor, more.metaphor, more.aroma_sum, more.aroma_rated,
        more.flavor_sum, more.flavor_rated, more.metaphor_sum, more.metaphor_rated
    FROM pg_temp.item_more AS more
    JOIN public.flavor_terms AS t ON t.id = more.term_id
    ORDER BY more.item_id, more.term_id
    ON CONFLICT (term_id, item_id, is_whole) DO UPDATE SET
        aroma = kept.aroma + EXCLUDED.aroma,
        flavor = kept.flavor + EXCLUDED.flavor,
        metaphor = kept.metaphor + EXCLUDED.metaphor,
        aroma_sum = kept.aroma_sum + EXCLUDED.aroma_sum,
        aroma_rated = kept.aroma_rated + EXCLUDED.aroma_rated,
        flavor_sum = kept.flavor_sum + EXCLUDED.flavor_sum,
        flavor_rated = kept.flavor_rated + EXCLUDED.flavor_rated,
        metaphor_sum = kept.metaphor_sum + EXCLUDED.metaphor_sum,
        metaphor_rated = kept.metaphor_rated + EXCLUDED.metaphor_rated;
    DELETE FROM public.descriptor_item_terms AS kept
    USING pg_temp.item_more AS more
    WHERE kept.term_id = more.term_id AND kept.item_id = more.item_id AND NOT kept.is_whole
        AND kept.aroma = 0 AND kept.flavor = 0 AND kept.metaphor = 0;
END
$$;
REVOKE ALL ON FUNCTION public.add_to_item_terms() FROM PUBLIC;

CREATE FUNCTION public.place_item_terms()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* Of the terms in `item_placed`: what they have with all that was merged into them, and where they
   stand. */
BEGIN
    DELETE FROM public.descriptor_item_terms AS kept
    USING pg_temp.item_placed AS p
    WHERE kept.term_id = p.term_id AND kept.item_id = p.item_id AND kept.is_whole;
    INSERT INTO public.descriptor_item_terms (
        item_id, term_id, is_whole, category_id, aroma, flavor, metaphor, aroma_sum, aroma_rated,
        flavor_sum, flavor_rated, metaphor_sum, metaphor_rated
    )
    SELECT
        k.item_id, t.id, true, COALESCE(t.category_id, 0), sum(k.aroma), sum(k.flavor),
        sum(k.metaphor), sum(k.aroma_sum), sum(k.aroma_rated), sum(k.flavor_sum),
        sum(k.flavor_rated), sum(k.metaphor_sum), sum(k.metaphor_rated)
    FROM (
        SELECT DISTINCT alias.canonical_id AS id FROM public.flavor_terms AS alias
        WHERE alias.canonical_id IS NOT NULL
    ) AS survivor
    JOIN pg_temp.item_placed AS p ON p.term_id = survivor.id
    JOIN public.flavor_terms AS t ON t.id = survivor.id AND t.status <> 'rejected'
    CROSS JOIN LATERAL (
        SELECT t.id
        UNION ALL
        SELECT alias.id FROM public.flavor_terms AS alias WHERE alias.canonical_id = t.id
    ) AS raw (id)
    JOIN public.descriptor_item_terms AS k
        ON k.term_id = raw.id AND k.item_id = p.item_id AND NOT k.is_whole
    GROUP BY k.item_id, t.id
    HAVING bool_or(k.term_id <> t.id);
    UPDATE public.descriptor_item_terms AS kept SET category_id = placed.category_id
    FROM (
        SELECT
            p.item_id, p.term_id,
            CASE WHEN t.canonical_id IS NULL AND t.status <> 'rejected' AND whole.term_id IS NULL
                THEN COALESCE(t.category_id, 0) END AS category_id
        FROM pg_temp.item_placed AS p
        JOIN public.flavor_terms AS t ON t.id = p.term_id
        LEFT JOIN public.descriptor_item_terms AS whole
            ON whole.term_id = p.term_id AND whole.item_id = p.item_id AND whole.is_whole
    ) AS placed
    WHERE kept.term_id = placed.term_id AND kept.item_id = placed.item_id AND NOT kept.is_whole
        AND kept.category_id IS DISTINCT FROM placed.category_id;
END
$$;
REVOKE ALL ON FUNCTION public.place_item_terms() FROM PUBLIC;

CREATE FUNCTION public.forget_unused_items()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* What nobody notes something of any more: its name is what a member once typed. */
DECLARE
    v_kept integer[];
BEGIN
    WITH gone AS (
        DELETE FROM public.descriptor_items WHERE uses <= 0 RETURNING id, is_kept
    )
    SELECT pg_catalog.array_agg(g.id) INTO v_kept FROM gone AS g WHERE g.is_kept;
    IF v_kept IS NOT NULL THEN
        DELETE FROM public.descriptor_item_terms WHERE item_id = ANY (v_kept);
        DELETE FROM public.descriptor_item_branches WHERE item_id = ANY (v_kept);
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.forget_unused_items() FROM PUBLIC;

CREATE FUNCTION public.fold_into_items()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* descriptor_item_terms of what descriptor_item_changes and the temporary table `moved` say, and the
   sums of these. A term takes all it has out of the sums before, and brings it again after; an item
   that is counted has its sums from its terms alone. */
DECLARE
    v_counted integer[];
BEGIN
    v_counted := public.choose_items_to_count();
    PERFORM public.take_item_changes(v_counted);
    CREATE TEMP TABLE item_placed ON COMMIT DROP AS
    WITH touched AS (
        SELECT more.item_id, more.term_id FROM pg_temp.item_more AS more
        UNION
        SELECT k.item_id, k.term_id FROM public.descriptor_item_terms AS k
        WHERE k.item_id = ANY (v_counted)
        UNION
        SELECT k.item_id, k.term_id
        FROM (
            SELECT m.term_id FROM pg_temp.moved AS m
            UNION
            SELECT alias.id FROM pg_temp.moved AS m
            JOIN public.flavor_terms AS alias ON alias.canonical_id = m.term_id
        ) AS moved
        JOIN public.descriptor_item_terms AS k ON k.term_id = moved.term_id
    )
    SELECT t.item_id, t.term_id FROM touched AS t
    UNION
    SELECT t.item_id, raw.canonical_id
    FROM touched AS t JOIN public.flavor_terms AS raw ON raw.id = t.term_id
    WHERE raw.canonical_id IS NOT NULL;
    IF EXISTS (SELECT FROM pg_temp.item_placed) OR pg_catalog.cardinality(v_counted) > 0 THEN
        ANALYZE pg_temp.item_placed;
        PERFORM public.add_to_item_branches(-1);
        DELETE FROM public.descriptor_item_branches WHERE item_id = ANY (v_counted);
        PERFORM public.add_to_item_terms();
        IF pg_catalog.cardinality(v_counted) > 0 THEN
            ANALYZE public.descriptor_item_terms;
        END IF;
        PERFORM public.place_item_terms();
        PERFORM public.add_to_item_branches(1);
        DELETE FROM public.descriptor_item_branches
        WHERE aroma = 0 AND flavor = 0 AND metaphor = 0;
    END IF;
    PERFORM public.forget_unused_items();
    DROP TABLE pg_temp.item_more, pg_temp.item_placed;
END
$$;
REVOKE ALL ON FUNCTION public.fold_into_items() FROM PUBLIC;
