/*
The steps of fold_descriptor_changes(), in their order. Each reads the temporary table `changed`; the
figures of everybody are of members who are active (`counts`). A member is one more in a figure when
the first row comes that counts in it, one fewer when the last one goes: rows before, and after.
*/
CREATE FUNCTION public.fold_into_months()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* descriptor_months and descriptor_term_months. */
BEGIN
    WITH moved AS (
        SELECT c.user_id, c.month, sum(c.counts::int - c.counted::int) AS more
        FROM pg_temp.changed AS c
        GROUP BY c.user_id, c.month
        HAVING sum(c.counts::int - c.counted::int) <> 0
    ), members AS (
        SELECT
            each.month,
            sum((each.before + each.more > 0)::int - (each.before > 0)::int) AS members
        FROM (
            SELECT m.month, m.user_id, m.more, count(r.user_id) AS before
            FROM moved AS m
            LEFT JOIN public.descriptor_member_terms AS r
                ON r.user_id = m.user_id AND r.month = m.month AND r.counts
            GROUP BY m.month, m.user_id, m.more
        ) AS each
        GROUP BY each.month
    )
    INSERT INTO public.descriptor_months AS kept
        (month, uses, ai_uses, intensity_sum, intensity_count, members)
    SELECT
        c.month, sum(c.more_uses), sum(c.more_ai_uses), sum(c.more_intensity),
        sum(c.more_intensities), COALESCE(min(m.members), 0)
    FROM pg_temp.changed AS c
    LEFT JOIN members AS m ON m.month = c.month
    WHERE c.counts OR c.counted
    GROUP BY c.month
    ON CONFLICT (month) DO UPDATE SET
        uses = kept.uses + EXCLUDED.uses,
        ai_uses = kept.ai_uses + EXCLUDED.ai_uses,
        intensity_sum = kept.intensity_sum + EXCLUDED.intensity_sum,
        intensity_count = kept.intensity_count + EXCLUDED.intensity_count,
        members = kept.members + EXCLUDED.members;
    DELETE FROM public.descriptor_months WHERE uses = 0;

    WITH moved AS (
        SELECT
            c.term_id, c.descriptor_type, c.month, c.user_id,
            sum(c.counts::int - c.counted::int) AS more
        FROM pg_temp.changed AS c
        GROUP BY c.term_id, c.descriptor_type, c.month, c.user_id
        HAVING sum(c.counts::int - c.counted::int) <> 0
    ), members AS (
        SELECT
            each.term_id, each.descriptor_type, each.month,
            sum((each.before + each.more > 0)::int - (each.before > 0)::int) AS members
        FROM (
            SELECT
                m.term_id, m.descriptor_type, m.month, m.user_id, m.more,
                count(r.user_id) AS before
            FROM moved AS m
            LEFT JOIN public.descriptor_member_terms AS r
                ON r.term_id = m.term_id AND r.user_id = m.user_id
                AND r.descriptor_type = m.descriptor_type AND r.month = m.month AND r.counts
            GROUP BY m.term_id, m.descriptor_type, m.month, m.user_id, m.more
        ) AS each
        GROUP BY each.term_id, each.descriptor_type, each.month
    ), figures AS (
        SELECT
            c.term_id, c.descriptor_type, c.month, sum(c.more_uses) AS uses,
            sum(c.more_ai_uses) AS ai_uses, sum(c.more_intensity) AS intensity_sum,
            sum(c.more_intensities) AS intensity_count
        FROM pg_temp.changed AS c
        WHERE c.counts OR c.counted
        GROUP BY c.term_id, c.descriptor_type, c.month
    )
    INSERT INTO public.descriptor_term_months AS kept
        (term_id, descriptor_type, month, uses, ai_uses, intensity_sum, intensity_count, members)
    SELECT
        f.term_id, f.descriptor_type, f.month, f.uses, f.ai_uses, f.intensity_sum,
        f.intensity_count, COALESCE(m.members, 0)
    FROM figures AS f
    LEFT JOIN members AS m USING (term_id, descriptor_type, month)
    ORDER BY f.term_id, f.descriptor_type, f.month
    ON CONFLICT (term_id, descriptor_type, month) DO UPDATE SET
        uses = kept.uses + EXCLUDED.uses,
        ai_uses = kept.ai_uses + EXCLUDED.ai_uses,
        intensity_sum = kept.intensity_sum + EXCLUDED.intensity_sum,
        intensity_count = kept.intensity_count + EXCLUDED.intensity_count,
        members = kept.members + EXCLUDED.members;
    DELETE FROM public.descriptor_term_months AS kept
    USING (
        SELECT DISTINCT c.term_id, c.descriptor_type, c.month FROM pg_temp.changed AS c
        WHERE c.counted AND c.more_uses < 0
    ) AS less
    WHERE kept.term_id = less.term_id AND kept.descriptor_type = less.descriptor_type
        AND kept.month = less.month AND kept.uses = 0;
END
$$;
REVOKE ALL ON FUNCTION public.fold_into_months() FROM PUBLIC;

CREATE FUNCTION public.fold_into_totals()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* descriptor_term_totals, but first and last use where one of them went. */
BEGIN
    WITH moved AS (
        SELECT
            c.term_id, c.descriptor_type, c.user_id, sum(c.counts::int - c.counted::int) AS more
        FROM pg_temp.changed AS c
        GROUP BY c.term_id, c.descriptor_type, c.user_id
        HAVING sum(c.counts::int - c.counted::int) <> 0
    ), members AS (
        SELECT
            each.term_id, each.descriptor_type,
            sum((each.before + each.more > 0)::int - (each.before > 0)::int) AS members
        FROM (
            SELECT m.term_id, m.descriptor_type, m.user_id, m.more, count(r.user_id) AS before
            FROM moved AS m
            LEFT JOIN public.descriptor_member_terms AS r
                ON r.term_id = m.term_id AND r.user_id = m.user_id
                AND r.descriptor_type = m.descriptor_type AND r.counts
            GROUP BY m.term_id, m.descriptor_type, m.user_id, m.more
        ) AS each
        GROUP BY each.term_id, each.descriptor_type
    ), figures AS (
        SELECT
            c.term_id, c.descriptor_type, sum(c.more_uses) AS uses,
            sum(c.more_ai_uses) AS ai_uses, sum(c.more_intensity) AS intensity_sum,
            sum(c.more_intensities) AS intensity_count,
            min(c.first_used_at) FILTER (WHERE c.counts) AS first_used_at,
            max(c.last_used_at) FILTER (WHERE c.counts) AS last_used_at
        FROM pg_temp.changed AS c
        WHERE c.counts OR c.counted
        GROUP BY c.term_id, c.descriptor_type
    )
    INSERT INTO public.descriptor_term_totals AS kept (
        term_id, descriptor_type, uses, ai_uses, intensity_sum, intensity_count, members,
        first_used_at, last_used_at
    )
    SELECT
        f.term_id, f.descriptor_type, f.uses, f.ai_uses, f.intensity_sum, f.intensity_count,
        COALESCE(m.members, 0), COALESCE(f.first_used_at, 'infinity'),
        COALESCE(f.last_used_at, '-infinity')
    FROM figures AS f
    LEFT JOIN members AS m USING (term_id, descriptor_type)
    ORDER BY f.term_id, f.descriptor_type
    ON CONFLICT (term_id, descriptor_type) DO UPDATE SET
        uses = kept.uses + EXCLUDED.uses,
        ai_uses = kept.ai_uses + EXCLUDED.ai_uses,
        intensity_sum = kept.intensity_sum + EXCLUDED.intensity_sum,
        intensity_count = kept.intensity_count + EXCLUDED.intensity_count,
        members = kept.members + EXCLUDED.members,
        first_used_at = least(kept.first_used_at, EXCLUDED.first_used_at),
        last_used_at = greatest(kept.last_used_at, EXCLUDED.last_used_at);
    DELETE FROM public.descriptor_term_totals AS kept
    USING (
        SELECT DISTINCT c.term_id, c.descriptor_type FROM pg_temp.changed AS c
        WHERE c.counted AND c.more_uses < 0
    ) AS less
    WHERE kept.term_id = less.term_id AND kept.descriptor_type = less.descriptor_type
        AND kept.uses = 0;
END
$$;
REVOKE ALL ON FUNCTION public.fold_into_totals() FROM PUBLIC;

CREATE FUNCTION public.fold_into_categories()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* descriptor_item_category_totals. */
BEGIN
    INSERT INTO public.descriptor_item_category_totals AS kept (
        item_category, term_id, descriptor_type, uses, ai_uses, intensity_sum, intensity_count
    )
    SELECT
        c.item_category, c.term_id, c.descriptor_type, sum(c.more_uses), sum(c.more_ai_uses),
        sum(c.more_intensity), sum(c.more_intensities)
    FROM pg_temp.changed AS c
    WHERE c.item_category <> '' AND (c.counts OR c.counted)
    GROUP BY c.item_category, c.term_id, c.descriptor_type
    ORDER BY 1, 2, 3
    ON CONFLICT (item_category, term_id, descriptor_type) DO UPDATE SET
        uses = kept.uses + EXCLUDED.uses,
        ai_uses = kept.ai_uses + EXCLUDED.ai_uses,
        intensity_sum = kept.intensity_sum + EXCLUDED.intensity_sum,
        intensity_count = kept.intensity_count + EXCLUDED.intensity_count;
    DELETE FROM public.descriptor_item_category_totals AS kept
    USING (
        SELECT DISTINCT c.item_category, c.term_id, c.descriptor_type
        FROM pg_temp.changed AS c
        WHERE c.counted AND c.more_uses < 0
    ) AS less
    WHERE kept.item_category = less.item_category AND kept.term_id = less.term_id
        AND kept.descriptor_type = less.descriptor_type AND kept.uses = 0;
END
$$;
REVOKE ALL ON FUNCTION public.fold_into_categories() FROM PUBLIC;

CREATE FUNCTION public.fold_into_members()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
descriptor_member_terms, and what needs it before and after: how many members each term has, kept in
the temporary table `term_members`; first and last use of everybody's where one of them went.
*/
BEGIN
    CREATE TEMP TABLE term_members ON COMMIT DROP AS
    SELECT
        each.term_id,
        sum((each.before + each.more > 0)::int - (each.before > 0)::int) AS members
    FROM (
        SELECT m.term_id, m.user_id, m.more, count(r.user_id) AS before
        FROM (
            SELECT c.term_id, c.user_id, sum(c.counts::int - c.counted::int) AS more
            FROM pg_temp.changed AS c
            WHERE c.counts OR c.counted
            GROUP BY c.term_id, c.user_id
        ) AS m
        LEFT JOIN public.descriptor_member_terms AS r
            ON m.more <> 0 AND r.term_id = m.term_id AND r.user_id = m.user_id AND r.counts
        GROUP BY m.term_id, m.user_id, m.more
    ) AS each
    GROUP BY each.term_id;
    ANALYZE pg_temp.term_members;

    DELETE FROM public.descriptor_member_terms AS r
    USING pg_temp.changed AS c
    WHERE c.was_there AND c.uses IS NULL
        AND r.term_id = c.term_id AND r.user_id = c.user_id AND r.month = c.month
        AND r.descriptor_type = c.descriptor_type AND r.item_category = c.item_category;
    UPDATE public.descriptor_member_terms AS r SET
        uses = c.uses, ai_uses = c.ai_uses, intensity_sum = c.intensity_sum,
        intensity_count = c.intensity_count, first_used_at = c.first_used_at,
        last_used_at = c.last_used_at, counts = c.counts
    FROM pg_temp.changed AS c
    WHERE c.was_there AND c.uses IS NOT NULL
        AND r.term_id = c.term_id AND r.user_id = c.user_id AND r.month = c.month
        AND r.descriptor_type = c.descriptor_type AND r.item_category = c.item_category;
    -- A member's rows side by side: they are read together.
    INSERT INTO public.descriptor_member_terms (
        user_id, term_id, descriptor_type, item_category, month, uses, ai_uses, intensity_sum,
        intensity_count, first_used_at, last_used_at, counts
    )
    SELECT
        c.user_id, c.term_id, c.descriptor_type, c.item_category, c.month, c.uses, c.ai_uses,
        c.intensity_sum, c.intensity_count, c.first_used_at, c.last_used_at, c.counts
    FROM pg_temp.changed AS c
    WHERE NOT c.was_there
    ORDER BY c.user_id, c.month, c.term_id;

    UPDATE public.descriptor_term_totals AS kept
    SET first_used_at = still.first_used_at, last_used_at = still.last_used_at
    FROM (
        SELECT
            c.term_id, c.descriptor_type, min(c.first_was) AS first_was,
            max(c.last_was) AS last_was
        FROM pg_temp.changed AS c
        WHERE c.counted AND (
            NOT c.counts OR c.first_used_at > c.first_was OR c.last_used_at < c.last_was
        )
        GROUP BY c.term_id, c.descriptor_type
    ) AS less
    CROSS JOIN LATERAL (
        SELECT min(r.first_used_at) AS first_used_at, max(r.last_used_at) AS last_used_at
        FROM public.descriptor_member_terms AS r
        WHERE r.term_id = less.term_id AND r.descriptor_type = less.descriptor_type AND r.counts
    ) AS still
    WHERE kept.term_id = less.term_id AND kept.descriptor_type = less.descriptor_type
        AND (kept.first_used_at = less.first_was OR kept.last_used_at = less.last_was);
END
$$;
REVOKE ALL ON FUNCTION public.fold_into_members() FROM PUBLIC;

CREATE FUNCTION public.fold_into_terms()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* The usage of the lexicon, which is no part of a term's history. */
DECLARE
    v_ignored text := pg_catalog.current_setting('pgtrigger.ignore', true);
BEGIN
    PERFORM pg_catalog.set_config(
        'pgtrigger.ignore',
        (
            COALESCE(NULLIF(v_ignored, '')::text[], '{}')
            || '{pgtrigger_update_update_cd530,pgtrigger_merges_do_not_chain_c4db5}'
        )::text,
        true
    );
    PERFORM FROM public.flavor_terms AS t
    WHERE t.id IN (SELECT m.term_id FROM pg_temp.term_members AS m)
    ORDER BY t.id
    FOR NO KEY UPDATE;
    UPDATE public.flavor_terms AS t SET
        usage_count = COALESCE(totals.uses, 0),
        user_count = t.user_count + m.members,
        first_used_at = totals.first_used_at,
        last_used_at = totals.last_used_at
    FROM pg_temp.term_members AS m
    LEFT JOIN (
        SELECT
            kept.term_id, sum(kept.uses) AS uses, min(kept.first_used_at) AS first_used_at,
            max(kept.last_used_at) AS last_used_at
        FROM public.descriptor_term_totals AS kept
        WHERE kept.term_id IN (SELECT m.term_id FROM pg_temp.term_members AS m)
        GROUP BY kept.term_id
    ) AS totals ON totals.term_id = m.term_id
    WHERE t.id = m.term_id;
    PERFORM pg_catalog.set_config('pgtrigger.ignore', COALESCE(v_ignored, ''), true);
    DROP TABLE pg_temp.term_members;
END
$$;
REVOKE ALL ON FUNCTION public.fold_into_terms() FROM PUBLIC;

CREATE FUNCTION public.count_marked_days()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
descriptor_days of the attached months of a year, which is as far as get_descriptor_timeline() looks
back: those that are marked, and those of a month that was restored.
Uses index: the primary key of each partition.
*/
DECLARE
    v_oldest date := (pg_catalog.now() AT TIME ZONE 'UTC')::date - 400;
    v_here date[];
    v_days date[];
BEGIN
    SELECT COALESCE(pg_catalog.array_agg(each.month::date), '{}') INTO v_here
    FROM public.partition_bounds('flavor_descriptors') AS part
    CROSS JOIN LATERAL pg_catalog.generate_series(
        part.lower_bound AT TIME ZONE 'UTC',
        part.upper_bound AT TIME ZONE 'UTC' - interval '1 day', interval '1 month'
    ) AS each (month)
    WHERE NOT part.is_detaching;
    DELETE FROM public.descriptor_days AS kept
    WHERE kept.day < v_oldest
        OR pg_catalog.date_trunc('month', kept.day)::date <> ALL (v_here);
    SELECT pg_catalog.array_agg(DISTINCT each.day::date) INTO v_days
    FROM (
        SELECT DISTINCT m.first_day, m.last_day FROM pg_temp.marked AS m
        WHERE m.last_day >= v_oldest AND m.month = ANY (v_here)
        UNION
        SELECT k.month, (k.month + interval '1 month')::date - 1
        FROM public.descriptor_months AS k
        WHERE k.month = ANY (v_here) AND k.month > v_oldest AND NOT EXISTS (
            SELECT FROM public.descriptor_days AS kept
            WHERE kept.day >= k.month AND kept.day < k.month + interval '1 month'
        )
    ) AS part
    CROSS JOIN LATERAL pg_catalog.generate_series(
        greatest(part.first_day, v_oldest), part.last_day, interval '1 day'
    ) AS each (day);

    DELETE FROM public.descriptor_days AS kept WHERE kept.day = ANY (v_days);
    INSERT INTO public.descriptor_days (day, uses, intensity_sum, intensity_count, term_ids)
    SELECT each.day, counted.uses, counted.intensity_sum, counted.intensity_count, counted.term_ids
    FROM pg_catalog.unnest(v_days) AS each (day)
    CROSS JOIN LATERAL (
        SELECT
            count(*) AS uses, COALESCE(sum(d.intensity), 0) AS intensity_sum,
            count(d.intensity) AS intensity_count,
            pg_catalog.array_agg(DISTINCT d.term_id) AS term_ids
        FROM public.flavor_descriptors AS d
        JOIN public.members AS m ON m.id = d.user_id AND m.is_active
        WHERE d.id >= public.uuid_floor(each.day::timestamp AT TIME ZONE 'UTC')
            AND d.id < public.uuid_floor((each.day + 1)::timestamp AT TIME ZONE 'UTC')
    ) AS counted
    WHERE counted.uses > 0;
END
$$;
REVOKE ALL ON FUNCTION public.count_marked_days() FROM PUBLIC;
