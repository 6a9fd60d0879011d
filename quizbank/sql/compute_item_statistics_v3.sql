CREATE FUNCTION public.compute_item_statistics(p_revisions uuid[], p_least integer DEFAULT 20)
RETURNS integer
LANGUAGE plpgsql
SET search_path = ''
SET work_mem = '128MB'
AS $$
/*
Writes item_statistics and choice_statistics of these revisions anew; the number of those that
anybody met. p_least: fewer learners than that raise no flag.

facility = 100 mean(x); discrimination index = 100 corr(x, y); discriminative efficiency =
100 cov(x, y) / the largest covariance that the same marks and rest scores can have, in the same
order (docs.moodle.org/dev/Quiz_statistics_calculations); x and y as in group_marks. Bands are 27 % of
the learners at either end. Flags: a key whose point-biserial is negative, discrimination under 30
and under 50, facility under 20, a distractor with a positive one, a distractor that less than 5 %
take.
*/
DECLARE
    v_found integer;
BEGIN
    DELETE FROM public.choice_statistics WHERE revision_id = ANY (p_revisions);
    DELETE FROM public.item_statistics WHERE revision_id = ANY (p_revisions);
    PERFORM public.group_marks(p_revisions);

    CREATE TEMPORARY TABLE wholes ON COMMIT DROP AS
    SELECT
        s.*,
        pg_catalog.ceil(0.27 * s.learners) AS band,
        s.right_total - s.rights * s.mean AS product,
        CASE WHEN s.variance > 1e-14 THEN pg_catalog.sqrt(s.variance) ELSE 0 END AS spread
    FROM (
        SELECT
            a.item,
            pg_catalog.sum(a.n) AS n,
            pg_catalog.sum(a.learners) AS learners,
            COALESCE(pg_catalog.sum(a.learners) FILTER (WHERE a.mark = 1), 0)::double precision
                AS rights,
            COALESCE(pg_catalog.sum(a.total) FILTER (WHERE a.mark = 1), 0) AS right_total,
            pg_catalog.sum(a.n * a.mark) / pg_catalog.sum(a.n) AS facility,
            pg_catalog.sum(a.total) / NULLIF(pg_catalog.sum(a.learners), 0) AS mean,
            pg_catalog.sum(a.squares) / NULLIF(pg_catalog.sum(a.learners), 0)
                - (pg_catalog.sum(a.total) / NULLIF(pg_catalog.sum(a.learners), 0)) ^ 2 AS variance,
            COALESCE(pg_catalog.sum(a.best), 0) AS best,
            pg_catalog.round(
                pg_catalog.sum(a.time) / NULLIF(pg_catalog.sum(a.timed), 0) / 1000
            )::integer AS average_time
        FROM pg_temp.answered AS a
        GROUP BY a.item
    ) AS s;

    INSERT INTO public.item_statistics (
        revision_id, question_id, n, facility, discrimination, efficiency, average_time
    )
    SELECT
        v.id,
        v.question_id,
        w.n,
        pg_catalog.round(100 * w.facility, 2),
        pg_catalog.round((
            100 * w.product
            / NULLIF(w.spread * pg_catalog.sqrt(w.rights * (w.learners - w.rights)), 0)
        )::numeric, 2),
        pg_catalog.round((
            100 * w.product / NULLIF(CASE WHEN w.spread > 0 THEN w.best - w.rights * w.mean END, 0)
        )::numeric, 2),
        w.average_time
    FROM pg_temp.wholes AS w
    JOIN public.met_items AS i USING (item)
    JOIN public.question_revisions AS v ON v.id = i.revision_id;
    GET DIAGNOSTICS v_found = ROW_COUNT;

    INSERT INTO public.choice_statistics (
        revision_id, choice_id, is_key, count, share, top_share, middle_share, bottom_share,
        point_biserial
    )
    WITH taken AS (
        SELECT
            a.item,
            c.choice_id,
            pg_catalog.sum(a.n) AS n,
            pg_catalog.sum(a.learners) AS learners,
            pg_catalog.sum(a.total) / NULLIF(pg_catalog.sum(a.learners), 0) AS mean,
            pg_catalog.sum(a.top) AS top,
            pg_catalog.sum(a.bottom) AS bottom
        FROM pg_temp.answered AS a
        CROSS JOIN LATERAL pg_catalog.unnest(a.choice_ids) AS c (choice_id)
        GROUP BY a.item, c.choice_id
    ),
    choices AS (
        SELECT
            w.*, i.revision_id,
            (c ->> 'id')::bigint AS choice_id, (c ->> 'is_correct')::boolean AS is_key
        FROM pg_temp.wholes AS w
        JOIN public.met_items AS i USING (item)
        JOIN public.question_revisions AS v ON v.id = i.revision_id
        CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(v.content -> 'choices') AS c
    )
    SELECT
        c.revision_id,
        c.choice_id,
        c.is_key,
        COALESCE(t.n, 0),
        pg_catalog.round(100.0 * COALESCE(t.n, 0) / c.n, 2),
        pg_catalog.round(100.0 * COALESCE(t.top, 0) / NULLIF(c.band, 0)::numeric, 2),
        pg_catalog.round(
            100.0 * (COALESCE(t.learners, 0) - COALESCE(t.top, 0) - COALESCE(t.bottom, 0))
            / NULLIF(c.learners - 2 * c.band, 0)::numeric, 2
        ),
        pg_catalog.round(100.0 * COALESCE(t.bottom, 0) / NULLIF(c.band, 0)::numeric, 2),
        CASE WHEN c.spread > 0 AND t.learners > 0 AND t.learners < c.learners THEN
            pg_catalog.round(LEAST(1, GREATEST(-1,
                (t.mean - c.mean) / c.spread
                * pg_catalog.sqrt((t.learners / (c.learners - t.learners))::double precision)
            ))::numeric, 3)
        END
    FROM choices AS c
    LEFT JOIN taken AS t USING (item, choice_id);

    UPDATE public.item_statistics AS i
    SET flags = pg_catalog.array_remove(ARRAY[
        CASE WHEN c.keys_repel THEN 'possible_wrong_key' END,
        CASE WHEN i.discrimination < 30 THEN 'does_not_discriminate' END,
        CASE WHEN i.discrimination >= 30 AND i.discrimination < 50 THEN 'discriminates_poorly' END,
        CASE WHEN i.facility < 20 THEN 'very_hard' END,
        CASE WHEN c.distractors_attract THEN 'distractor_attracts' END,
        CASE WHEN c.nobody_takes THEN 'choice_nobody_takes' END
    ], NULL)
    FROM (
        SELECT
            s.revision_id,
            pg_catalog.bool_or(s.is_key AND s.point_biserial < 0) AS keys_repel,
            pg_catalog.bool_or(NOT s.is_key AND s.point_biserial > 0) AS distractors_attract,
            pg_catalog.bool_or(
                NOT s.is_key AND s.share < 5
                AND v.content ->> 'kind' NOT IN ('short_answer', 'numeric')
            ) AS nobody_takes
        FROM public.choice_statistics AS s
        JOIN public.question_revisions AS v ON v.id = s.revision_id
        WHERE s.revision_id = ANY (p_revisions)
        GROUP BY s.revision_id
    ) AS c
    WHERE c.revision_id = i.revision_id AND i.n >= p_least;

    DROP TABLE public.met_items, pg_temp.answered, pg_temp.wholes;
    RETURN v_found;
END
$$;

REVOKE ALL ON FUNCTION public.compute_item_statistics(uuid[], integer) FROM PUBLIC;
