CREATE FUNCTION public.assert_category_parent(p_id bigint, p_parent bigint, p_exam bigint)
RETURNS void
LANGUAGE plpgsql AS $$
/* The tree stays a tree, and a branch stays in its exam. Moves are serialised: two of them, each
   fine on its own, could close a circle together. */
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('categories.tree'));
    IF EXISTS (
        WITH RECURSIVE ancestors AS (
            SELECT c.id, c.parent_id FROM public.categories AS c WHERE c.id = p_parent
            UNION
            SELECT c.id, c.parent_id
            FROM public.categories AS c JOIN ancestors AS a ON c.id = a.parent_id
        )
        SELECT FROM ancestors AS a WHERE a.id = p_id
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'A category cannot stand below itself.';
    END IF;
    IF EXISTS (
        SELECT FROM public.categories AS c
        WHERE (c.id = p_parent OR c.parent_id = p_id) AND c.exam_id IS DISTINCT FROM p_exam
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'A category belongs to the same exam as its parent and its children.';
    END IF;
END;
$$;
