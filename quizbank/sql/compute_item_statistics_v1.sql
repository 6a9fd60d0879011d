CREATE FUNCTION public.rank_marks(p_revisions uuid[])
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
SET work_mem = '256MB'
AS $$
/*
Makes the temporary tables that compute_item_statistics reads: items (item, revision_id, …) and
ranked, a row for each time that one of these revisions was met in a completed session, archived or
not: mark is x, 1 for a right answer, else 0; rest is y, the mean of the session's other marks, each
less its item's mean mark; place is by rest, the highest first.

Where everybody meets the same questions, y is Moodle's rest score but for a constant and a factor,
which no correlation sees; where questions are drawn, it does not punish who drew the hard ones. NULL
for a session of one question.
*/
BEGIN
    CREATE TEMPORARY TABLE met ON COMMIT DROP AS
    SELECT s.id AS session_id
    FROM public.all_quiz_sessions AS s
    WHERE s.status = 'completed' AND s.id IN (
        SELECT a.session_id
        FROM public.question_revisions AS r
        JOIN public.answers AS a ON a.question_id = r.question_id AND a.revision_id = r.id
        WHERE r.id = ANY (p_revisions)
    );
    ANALYZE pg_temp.met;
    CREATE TEMPORARY TABLE items ON COMMIT DROP AS
    SELECT
        pg_catalog.row_number() OVER ()::integer AS item,
        i.revision_id,
        i.mean,
        i.revision_id = ANY (p_revisions) AS is_wanted
    FROM (
        SELECT
            a.revision_id,
            pg_catalog.avg((a.is_correct IS TRUE)::integer)::double precision AS mean
        FROM public.answers AS a JOIN pg_temp.met USING (session_id)
        GROUP BY a.revision_id
    ) AS i;
    ANALYZE pg_temp.items;
    CREATE TEMPORARY TABLE totals ON COMMIT DROP AS
    SELECT
        a.session_id,
        pg_catalog.sum((a.is_correct IS TRUE)::integer - i.mean) AS total,
        pg_catalog.count(*) AS length
    FROM public.answers AS a
    JOIN pg_temp.met USING (session_id)
    JOIN pg_temp.items AS i USING (revision_id)
    GROUP BY a.session_id;
    ANALYZE pg_temp.totals;
    CREATE TEMPORARY TABLE ranked ON COMMIT DROP AS
    SELECT
        m.item, m.mark, m.rest, m.choice_ids, m.time_ms,
        pg_catalog.row_number() OVER (
            PARTITION BY m.item ORDER BY m.rest DESC NULLS LAST, m.session_id
        ) AS place
    FROM (
        SELECT
            i.item, a.session_id, a.choice_ids, a.time_ms,
            (a.is_correct IS TRUE)::integer AS mark,
            (t.total - ((a.is_correct IS TRUE)::integer - i.mean)) / NULLIF(t.length - 1, 0) AS rest
        FROM public.answers AS a
        JOIN pg_temp.totals AS t USING (session_id)
        JOIN pg_temp.items AS i USING (revision_id)
        WHERE i.is_wanted
    ) AS m;
    ANALYZE pg_temp.ranked;
END
$$;

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
order (docs.moodle.org/dev/Quiz_statistics_calculations); x and y as in rank_marks. Bands are 27 % of
the learners at either end. Flags: a key whose point-biserial is negative, discrimination under 30
and under 50, facility under 20, a distractor with a positive one, a distractor that less than 5 %
take.
*/
DECLARE
    v_found integer;
BEGIN
    DELETE FROM public.choice_statistics WHERE revision_id = ANY (p_revisions);
    DELETE FROM public.item_statistics WHERE revision_id = ANY (p_revisions);
    PERFORM public.rank_marks(p_revisions);

    CREATE TEMPORARY TABLE wholes ON COMMIT DROP AS
    SELECT
        r.item,
        pg_catalog.count(*) AS n,
        pg_catalog.count(r.rest) AS learners,
        pg_catalog.sum(r.mark) FILTER (WHERE r.rest IS NOT NULL) AS rights,
        pg_catalog.avg(r.mark) AS facility,
        pg_catalog.corr(r.mark, r.rest) AS correlation,
        pg_catalog.covar_samp(r.mark, r.rest) AS covariance,
        pg_catalog.avg(r.rest) AS mean,
        pg_catalog.stddev_pop(r.rest) AS spread,
        pg_catalog.ceil(0.27 * pg_catalog.count(r.rest)) AS band,
        pg_catalog.round(pg_catalog.avg(r.time_ms) / 1000)::integer AS average_time
    FROM pg_temp.ranked AS r
    GROUP BY r.item;

    INSERT INTO public.item_statistics (
        revision_id, question_id, n, facility, discrimination, efficiency, average_time
    )
    SELECT
        v.id,
        v.question_id,
        w.n,
        pg_catalog.round(100 * w.facility, 2),
        pg_catalog.round(100 * w.correlation::numeric, 2),
        pg_catalog.round((
            100 * w.covariance * (w.learners - 1) / NULLIF(b.best - w.rights * w.mean, 0)
        )::numeric, 2),
        w.average_time
    FROM pg_temp.wholes AS w
    JOIN pg_temp.items AS i USING (item)
    JOIN public.question_revisions AS v ON v.id = i.revision_id
    LEFT JOIN (
        -- The highest rest scores, as many as there are right answers.
        SELECT r.item, pg_catalog.sum(r.rest) AS best
        FROM pg_temp.ranked AS r JOIN pg_temp.wholes AS w USING (item)
        WHERE r.place <= w.rights
        GROUP BY r.item
    ) AS b USING (item);
    GET DIAGNOSTICS v_found = ROW_COUNT;

    INSERT INTO public.choice_statistics (
        revision_id, choice_id, is_key, count, share, top_share, middle_share, bottom_share,
        point_biserial
    )
    WITH answers AS (
        SELECT
            r.item,
            r.choice_ids,
            pg_catalog.count(*) AS n,
            pg_catalog.count(r.rest) AS learners,
            pg_catalog.sum(r.rest) AS total,
            pg_catalog.count(*) FILTER (WHERE r.place <= w.band) AS top,
            pg_catalog.count(*) FILTER (
                WHERE r.place > w.learners - w.band AND r.place <= w.learners
            ) AS bottom
        FROM pg_temp.ranked AS r JOIN pg_temp.wholes AS w USING (item)
        GROUP BY r.item, r.choice_ids
    ),
    taken AS (
        SELECT
            a.item,
            c.choice_id,
            pg_catalog.sum(a.n) AS n,
            pg_catalog.sum(a.learners) AS learners,
            pg_catalog.sum(a.total) / NULLIF(pg_catalog.sum(a.learners), 0) AS mean,
            pg_catalog.sum(a.top) AS top,
            pg_catalog.sum(a.bottom) AS bottom
        FROM answers AS a
        CROSS JOIN LATERAL pg_catalog.unnest(a.choice_ids) AS c (choice_id)
        GROUP BY a.item, c.choice_id
    ),
    choices AS (
        SELECT
            w.*, i.revision_id,
            (c ->> 'id')::bigint AS choice_id, (c ->> 'is_correct')::boolean AS is_key
        FROM pg_temp.wholes AS w
        JOIN pg_temp.items AS i USING (item)
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
        CASE WHEN c.spread > 1e-12 AND t.learners > 0 AND t.learners < c.learners THEN
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

    DROP TABLE pg_temp.met, pg_temp.items, pg_temp.totals, pg_temp.ranked, pg_temp.wholes;
    RETURN v_found;
END
$$;

CREATE FUNCTION public.exam_reliability(p_exam bigint)
RETURNS TABLE (sessions bigint, items bigint, length numeric, alpha numeric)
LANGUAGE sql
STABLE
SET search_path = ''
SET work_mem = '128MB'
AS $$
    /*
    Cronbach's alpha = k / (k - 1) (1 - sum of the items' variances / variance of the totals), over
    the exam's completed sessions. Marks are centred on their item's mean, and k is the mean length:
    with the same questions for everybody this is the textbook's figure; with drawn ones it estimates
    that of a session of that length, without the spread that comes of drawing harder questions.
    NULL for fewer than two sessions, sessions of one question, or totals that do not vary.
    */
    WITH ours AS (
        SELECT pg_catalog.array_agg(s.id) AS ids
        FROM public.all_quiz_sessions AS s
        WHERE s.exam_id = p_exam AND s.status = 'completed'
    ),
    marks AS MATERIALIZED (
        SELECT a.session_id, a.revision_id, (a.is_correct IS TRUE)::integer AS mark
        FROM ours JOIN public.answers AS a ON a.session_id = ANY (ours.ids)
    ),
    figures AS (
        SELECT
            m.revision_id,
            pg_catalog.avg(m.mark)::double precision AS mean,
            pg_catalog.var_samp(m.mark)::double precision AS variance
        FROM marks AS m GROUP BY m.revision_id
    ),
    totals AS (
        SELECT
            m.session_id,
            pg_catalog.count(*) AS length,
            pg_catalog.sum(m.mark - f.mean) AS total,
            pg_catalog.sum(f.variance) AS variance
        FROM marks AS m JOIN figures AS f USING (revision_id)
        GROUP BY m.session_id
    )
    SELECT
        pg_catalog.count(*),
        (SELECT pg_catalog.count(*) FROM figures),
        pg_catalog.round(pg_catalog.avg(t.length), 1),
        pg_catalog.round((
            pg_catalog.avg(t.length)::double precision
            / NULLIF(pg_catalog.avg(t.length)::double precision - 1, 0)
            * (1 - pg_catalog.avg(t.variance) / NULLIF(
                pg_catalog.sum(t.total * t.total) / NULLIF(pg_catalog.count(*) - 1, 0), 0
            ))
        )::numeric, 3)
    FROM totals AS t;
$$;

REVOKE ALL ON FUNCTION public.rank_marks(uuid[]), public.compute_item_statistics(uuid[], integer),
    public.exam_reliability(bigint) FROM PUBLIC;
