CREATE FUNCTION public.lock_descriptor_rollups()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* Before a statement on descriptor_member_terms: one writer at a time, so that none counts members
   whom another is about to write. */
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('descriptor_rollups'));
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.lock_descriptor_rollups() FROM PUBLIC;

CREATE FUNCTION public.fold_into_months()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
SET jit = off
AS $$
/*
After a statement on descriptor_member_terms: the figures by month follow, whoever wrote. `changed`
are rows that came (the argument is 1) or went (-1); an update does both. Members count whose first
row came or whose last one went.
*/
DECLARE
    v_sign int := TG_ARGV[0]::int;
BEGIN
    IF NOT EXISTS (SELECT FROM changed) THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.descriptor_months AS kept
        (month, uses, ai_uses, intensity_sum, intensity_count, members)
    SELECT
        one.month, v_sign * sum(one.uses), v_sign * sum(one.ai_uses),
        v_sign * sum(one.intensity_sum), v_sign * sum(one.intensity_count),
        v_sign * count(*) FILTER (
            WHERE TG_OP <> 'UPDATE' AND one.rows = (
                SELECT count(*) FROM public.descriptor_member_terms AS r
                WHERE r.user_id = one.user_id AND r.month = one.month
            )
        )
    FROM (
        SELECT
            c.user_id, c.month, CASE v_sign WHEN 1 THEN count(*) ELSE 0 END AS rows,
            sum(c.uses) AS uses, sum(c.ai_uses) AS ai_uses,
            sum(c.intensity_sum) AS intensity_sum, sum(c.intensity_count) AS intensity_count
        FROM changed AS c
        GROUP BY c.user_id, c.month
    ) AS one
    GROUP BY one.month
    ON CONFLICT (month) DO UPDATE SET
        uses = kept.uses + EXCLUDED.uses,
        ai_uses = kept.ai_uses + EXCLUDED.ai_uses,
        intensity_sum = kept.intensity_sum + EXCLUDED.intensity_sum,
        intensity_count = kept.intensity_count + EXCLUDED.intensity_count,
        members = kept.members + EXCLUDED.members;
    DELETE FROM public.descriptor_months WHERE v_sign = -1 AND TG_OP <> 'UPDATE' AND uses = 0;

    INSERT INTO public.descriptor_term_months AS kept
        (term_id, descriptor_type, month, uses, ai_uses, intensity_sum, intensity_count, members)
    SELECT
        c.term_id, c.descriptor_type, c.month, v_sign * sum(c.uses), v_sign * sum(c.ai_uses),
        v_sign * sum(c.intensity_sum), v_sign * sum(c.intensity_count),
        CASE TG_OP WHEN 'UPDATE' THEN 0 ELSE v_sign * count(*) END
    FROM changed AS c
    GROUP BY c.term_id, c.descriptor_type, c.month
    ON CONFLICT (term_id, descriptor_type, month) DO UPDATE SET
        uses = kept.uses + EXCLUDED.uses,
        ai_uses = kept.ai_uses + EXCLUDED.ai_uses,
        intensity_sum = kept.intensity_sum + EXCLUDED.intensity_sum,
        intensity_count = kept.intensity_count + EXCLUDED.intensity_count,
        members = kept.members + EXCLUDED.members;
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.descriptor_term_months AS kept
        USING (SELECT DISTINCT c.term_id, c.descriptor_type, c.month FROM changed AS c) AS gone
        WHERE kept.term_id = gone.term_id AND kept.descriptor_type = gone.descriptor_type
            AND kept.month = gone.month AND kept.uses = 0;
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.fold_into_months() FROM PUBLIC;

CREATE FUNCTION public.fold_into_terms()
RETURNS trigger
LANGUAGE plpgsql
-- The triggers that write the history name no schema.
SET search_path = pg_catalog, public, pg_temp
SET jit = off
AS $$
/*
After a statement on descriptor_member_terms: the figures by term follow, those of the lexicon too;
`changed` and the argument as for fold_into_months(). First and last use widen with what came; where
one of them went, they are looked up again. No update makes a row's own times narrower.
*/
DECLARE
    v_sign int := TG_ARGV[0]::int;
BEGIN
    IF NOT EXISTS (SELECT FROM changed) THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.descriptor_term_totals AS kept (
        term_id, descriptor_type, uses, ai_uses, intensity_sum, intensity_count, members,
        first_used_at, last_used_at
    )
    SELECT
        one.term_id, one.descriptor_type, v_sign * sum(one.uses), v_sign * sum(one.ai_uses),
        v_sign * sum(one.intensity_sum), v_sign * sum(one.intensity_count),
        v_sign * count(*) FILTER (
            WHERE TG_OP <> 'UPDATE' AND one.rows = (
                SELECT count(*) FROM public.descriptor_member_terms AS r
                WHERE r.term_id = one.term_id AND r.user_id = one.user_id
                    AND r.descriptor_type = one.descriptor_type
            )
        ),
        min(one.first_used_at), max(one.last_used_at)
    FROM (
        SELECT
            c.term_id, c.descriptor_type, c.user_id,
            CASE v_sign WHEN 1 THEN count(*) ELSE 0 END AS rows,
            sum(c.uses) AS uses, sum(c.ai_uses) AS ai_uses,
            sum(c.intensity_sum) AS intensity_sum, sum(c.intensity_count) AS intensity_count,
            min(c.first_used_at) AS first_used_at, max(c.last_used_at) AS last_used_at
        FROM changed AS c
        GROUP BY c.term_id, c.descriptor_type, c.user_id
    ) AS one
    GROUP BY one.term_id, one.descriptor_type
    ON CONFLICT (term_id, descriptor_type) DO UPDATE SET
        uses = kept.uses + EXCLUDED.uses,
        ai_uses = kept.ai_uses + EXCLUDED.ai_uses,
        intensity_sum = kept.intensity_sum + EXCLUDED.intensity_sum,
        intensity_count = kept.intensity_count + EXCLUDED.intensity_count,
        members = kept.members + EXCLUDED.members,
        first_used_at = least(kept.first_used_at, EXCLUDED.first_used_at),
        last_used_at = greatest(kept.last_used_at, EXCLUDED.last_used_at);
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.descriptor_term_totals AS kept
        USING (SELECT DISTINCT c.term_id, c.descriptor_type FROM changed AS c) AS gone
        WHERE kept.term_id = gone.term_id AND kept.descriptor_type = gone.descriptor_type
            AND kept.uses = 0;
        UPDATE public.descriptor_term_totals AS kept
        SET first_used_at = still.first_used_at, last_used_at = still.last_used_at
        FROM (
            SELECT
                c.term_id, c.descriptor_type, min(c.first_used_at) AS first_used_at,
                max(c.last_used_at) AS last_used_at
            FROM changed AS c
            GROUP BY c.term_id, c.descriptor_type
        ) AS gone
        CROSS JOIN LATERAL (
            SELECT min(r.first_used_at) AS first_used_at, max(r.last_used_at) AS last_used_at
            FROM public.descriptor_member_terms AS r
            WHERE r.term_id = gone.term_id AND r.descriptor_type = gone.descriptor_type
        ) AS still
        WHERE kept.term_id = gone.term_id AND kept.descriptor_type = gone.descriptor_type
            AND (kept.first_used_at = gone.first_used_at OR kept.last_used_at = gone.last_used_at);
    END IF;

    UPDATE public.flavor_terms AS t SET
        usage_count = COALESCE(totals.uses, 0),
        user_count = t.user_count + one.members,
        first_used_at = totals.first_used_at,
        last_used_at = totals.last_used_at
    FROM (
        SELECT
            pair.term_id,
            v_sign * count(*) FILTER (
                WHERE TG_OP <> 'UPDATE' AND pair.rows = (
                    SELECT count(*) FROM public.descriptor_member_terms AS r
                    WHERE r.term_id = pair.term_id AND r.user_id = pair.user_id
                )
            ) AS members
        FROM (
            SELECT
                c.term_id, c.user_id, CASE v_sign WHEN 1 THEN count(*) ELSE 0 END AS rows
            FROM changed AS c
            GROUP BY c.term_id, c.user_id
        ) AS pair
        GROUP BY pair.term_id
    ) AS one
    CROSS JOIN LATERAL (
        SELECT
            sum(kept.uses) AS uses, min(kept.first_used_at) AS first_used_at,
            max(kept.last_used_at) AS last_used_at
        FROM public.descriptor_term_totals AS kept
        WHERE kept.term_id = one.term_id
    ) AS totals
    WHERE t.id = one.term_id;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.fold_into_terms() FROM PUBLIC;

CREATE TRIGGER lock_rollups BEFORE INSERT OR UPDATE OR DELETE ON public.descriptor_member_terms
    FOR EACH STATEMENT EXECUTE FUNCTION public.lock_descriptor_rollups();
CREATE TRIGGER fold_inserts_into_months AFTER INSERT ON public.descriptor_member_terms
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION public.fold_into_months('1');
CREATE TRIGGER fold_deletes_into_months AFTER DELETE ON public.descriptor_member_terms
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION public.fold_into_months('-1');
CREATE TRIGGER fold_updates_old_into_months AFTER UPDATE ON public.descriptor_member_terms
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION public.fold_into_months('-1');
CREATE TRIGGER fold_updates_new_into_months AFTER UPDATE ON public.descriptor_member_terms
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION public.fold_into_months('1');
CREATE TRIGGER fold_inserts_into_terms AFTER INSERT ON public.descriptor_member_terms
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION public.fold_into_terms('1');
CREATE TRIGGER fold_deletes_into_terms AFTER DELETE ON public.descriptor_member_terms
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION public.fold_into_terms('-1');
CREATE TRIGGER fold_updates_old_into_terms AFTER UPDATE ON public.descriptor_member_terms
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION public.fold_into_terms('-1');
CREATE TRIGGER fold_updates_new_into_terms AFTER UPDATE ON public.descriptor_member_terms
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION public.fold_into_terms('1');
