ALTER TABLE public.descriptor_item_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
-- Wheels show no others.
CREATE FUNCTION public.is_in_wheels(p_descriptor_type text)
RETURNS boolean
LANGUAGE sql
IMMUTABLE
AS $$
    /* It names no search_path, so that it is part of the query that calls it. */
    SELECT p_descriptor_type IN ('aroma', 'flavor', 'metaphor');
$$;
REVOKE ALL ON FUNCTION public.is_in_wheels(text) FROM PUBLIC;

CREATE FUNCTION public.note_item_changes()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
-- By index: nothing is known of how many rows a statement has, and members are many.
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
/*
After descriptors were made (the argument is 1) or deleted (-1): what active members' uses of an item's
terms became more or less. Who hides one of these members meanwhile, waits, and sees what was written.
*/
DECLARE
    v_hidden uuid[];
BEGIN
    PERFORM FROM public.members AS m
    WHERE m.id IN (SELECT c.user_id FROM changed AS c WHERE c.item_name <> '')
    ORDER BY m.id
    FOR KEY SHARE;
    -- Another statement: the one that waited sees what was before.
    SELECT pg_catalog.array_agg(m.id) INTO v_hidden FROM public.members AS m
    WHERE NOT m.is_active AND m.id IN (SELECT c.user_id FROM changed AS c WHERE c.item_name <> '');
    INSERT INTO public.descriptor_item_changes (
        item_name, term_id, descriptor_type, uses, intensity_sum, intensity_count
    )
    SELECT
        c.item_name, c.term_id, c.descriptor_type, TG_ARGV[0]::int * count(*),
        TG_ARGV[0]::int * COALESCE(sum(c.intensity), 0), TG_ARGV[0]::int * count(c.intensity)
    FROM changed AS c
    WHERE c.item_name <> '' AND public.is_in_wheels(c.descriptor_type)
        AND (v_hidden IS NULL OR c.user_id <> ALL (v_hidden))
    GROUP BY c.item_name, c.term_id, c.descriptor_type;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.note_item_changes() FROM PUBLIC;

CREATE FUNCTION public.note_item_updates()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
/* The same after an UPDATE: what differs. A descriptor keeps its member. */
DECLARE
    v_hidden uuid[];
BEGIN
    PERFORM FROM public.members AS m
    WHERE m.id IN (SELECT c.user_id FROM changed AS c)
    ORDER BY m.id
    FOR KEY SHARE;
    -- Another statement: the one that waited sees what was before.
    SELECT pg_catalog.array_agg(m.id) INTO v_hidden FROM public.members AS m
    WHERE NOT m.is_active AND m.id IN (SELECT c.user_id FROM changed AS c);
    INSERT INTO public.descriptor_item_changes (
        item_name, term_id, descriptor_type, uses, intensity_sum, intensity_count
    )
    SELECT
        c.item_name, c.term_id, c.descriptor_type, sum(c.sign),
        COALESCE(sum(c.sign * c.intensity), 0),
        COALESCE(sum(c.sign) FILTER (WHERE c.intensity IS NOT NULL), 0)
    FROM (
        SELECT 1 AS sign, n.user_id, n.item_name, n.term_id, n.descriptor_type, n.intensity
        FROM changed AS n
        UNION ALL
        SELECT -1, o.user_id, o.item_name, o.term_id, o.descriptor_type, o.intensity
        FROM before AS o
    ) AS c
    WHERE c.item_name <> '' AND public.is_in_wheels(c.descriptor_type)
        AND (v_hidden IS NULL OR c.user_id <> ALL (v_hidden))
    GROUP BY c.item_name, c.term_id, c.descriptor_type
    HAVING sum(c.sign) <> 0 OR sum(c.sign * c.intensity) <> 0
        OR sum(c.sign) FILTER (WHERE c.intensity IS NOT NULL) <> 0;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.note_item_updates() FROM PUBLIC;

CREATE TRIGGER note_inserts AFTER INSERT ON public.flavor_descriptors
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION public.note_item_changes('1');
CREATE TRIGGER note_updates AFTER UPDATE ON public.flavor_descriptors
    REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION public.note_item_updates();
CREATE TRIGGER note_deletes AFTER DELETE ON public.flavor_descriptors
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION public.note_item_changes('-1');

CREATE FUNCTION public.note_hidden_member()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/*
After a member was hidden or shown again: items lose or get all that the member noted of them. Waits
for those who write descriptors of the member. A month that is detached at the time is counted again
if it comes back.
Uses index: descriptor_of_member.
*/
BEGIN
    PERFORM FROM public.members AS m WHERE m.id = NEW.id FOR UPDATE;
    INSERT INTO public.descriptor_item_changes (
        item_name, term_id, descriptor_type, uses, intensity_sum, intensity_count
    )
    SELECT
        d.item_name, d.term_id, d.descriptor_type, v.sign * count(*),
        v.sign * COALESCE(sum(d.intensity), 0), v.sign * count(d.intensity)
    FROM public.flavor_descriptors AS d
    CROSS JOIN (SELECT CASE WHEN NEW.is_active THEN 1 ELSE -1 END AS sign) AS v
    WHERE d.user_id = NEW.id AND d.item_name <> '' AND public.is_in_wheels(d.descriptor_type)
    GROUP BY d.item_name, d.term_id, d.descriptor_type, v.sign;
    DELETE FROM public.descriptor_item_partitions AS listed
    WHERE NOT EXISTS (
        SELECT FROM public.item_partitions() AS here (partition)
        WHERE here.partition = listed.partition
    );
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.note_hidden_member() FROM PUBLIC;
CREATE TRIGGER note_hidden_member AFTER UPDATE OF is_active ON public.members
    FOR EACH ROW WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active)
    EXECUTE FUNCTION public.note_hidden_member();
