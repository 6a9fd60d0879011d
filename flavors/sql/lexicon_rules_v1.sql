CREATE FUNCTION public.assert_flavor_parent(p_id bigint, p_parent bigint, p_kind text)
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* The tree stays a tree, and a branch has one kind. Moves are serialised: two of them, each fine on
   its own, could close a circle together. */
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('flavor_categories.tree'));
    IF EXISTS (
        WITH RECURSIVE ancestors AS (
            SELECT c.id, c.parent_id FROM public.flavor_categories AS c WHERE c.id = p_parent
            UNION
            SELECT c.id, c.parent_id
            FROM public.flavor_categories AS c JOIN ancestors AS a ON c.id = a.parent_id
        )
        SELECT FROM ancestors AS a WHERE a.id = p_id
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'A category cannot stand below itself.';
    END IF;
    IF EXISTS (
        SELECT FROM public.flavor_categories AS c
        WHERE (c.id = p_parent OR c.parent_id = p_id) AND c.kind <> p_kind
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'A category has the kind of its parent and of its children.';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.assert_flavor_parent(bigint, bigint, text) FROM PUBLIC;

CREATE FUNCTION public.assert_no_term_chains(p_terms bigint[])
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
After these terms were merged, or taken out of a merge: what a term is merged into is merged into
nothing. A merge of a term with aliases moves them in the same statement. Serialised: two merges,
each fine on its own, could make a chain together.
*/
DECLARE
    v_chain record;
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('flavor_terms.merges'));
    SELECT alias.display_text AS alias, middle.display_text AS middle INTO v_chain
    FROM public.flavor_terms AS alias
    JOIN public.flavor_terms AS middle ON middle.id = alias.canonical_id
    WHERE middle.canonical_id IS NOT NULL
        AND (alias.id = ANY (p_terms) OR middle.id = ANY (p_terms))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = pg_catalog.format(
                '“%s” is merged into “%s”, which is merged itself: merge both into one term.',
                v_chain.alias, v_chain.middle
            );
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.assert_no_term_chains(bigint[]) FROM PUBLIC;

CREATE FUNCTION public.wheel_data_is_sound(p_data jsonb)
RETURNS boolean
LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* As generate_wheel_data_optimized() answers: an object with a list of categories. */
    SELECT pg_catalog.jsonb_typeof(p_data) = 'object'
        AND pg_catalog.jsonb_typeof(p_data -> 'categories') IS NOT DISTINCT FROM 'array';
END;
