CREATE FUNCTION public.collect_marks(p_revisions uuid[])
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
SET work_mem = '128MB'
AS $$
/*
Makes the temporary table marks, all answers of the completed sessions, archived or not, that met any
of these revisions: session counts them in the order of their keys; mark is x, 1 for a right answer,
else 0.
*/
BEGIN
    CREATE TEMPORARY TABLE met (session_id uuid, session integer) ON COMMIT DROP;
    IF pg_catalog.cardinality(p_revisions) > 20 THEN
        -- Most of an exam: what sessions say of themselves is read faster than their answers.
        INSERT INTO pg_temp.met
        SELECT s.id, pg_catalog.row_number() OVER (ORDER BY s.id)
        FROM public.all_quiz_sessions AS s
        WHERE s.status = 'completed' AND EXISTS (
            SELECT FROM pg_catalog.unnest(s.revision_ids) AS asked (id)
            WHERE (asked.id IN (SELECT pg_catalog.unnest(p_revisions))) IS TRUE
        );
    ELSE
        -- Uses index: answer_of_question.
        INSERT INTO pg_temp.met
        SELECT s.id, pg_catalog.row_number() OVER (ORDER BY s.id)
        FROM public.all_quiz_sessions AS s
        WHERE s.status = 'completed' AND s.id IN (
            SELECT a.session_id
            FROM public.question_revisions AS r
            JOIN public.answers AS a ON a.question_id = r.question_id AND a.revision_id = r.id
            WHERE r.id = ANY (p_revisions)
        );
    END IF;
    ANALYZE pg_temp.met;
    CREATE TEMPORARY TABLE marks ON COMMIT DROP AS
    SELECT
        m.session, a.revision_id, (a.is_correct IS TRUE)::integer AS mark, a.choice_ids, a.time_ms
    FROM pg_temp.met AS m JOIN public.answers AS a USING (session_id);
    DROP TABLE pg_temp.met;
END
$$;

CREATE FUNCTION public.group_marks(p_revisions uuid[])
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
SET work_mem = '256MB'
-- Temporary tables with few statistics, all of them read whole.
SET enable_nestloop = off
SET enable_mergejoin = off
AS $$
/*
Makes the temporary tables that compute_item_statistics reads. items: item, revision_id, its n
answers, their mean mark, how many stand in sessions with others (learners) and are right (rights),
and the band, 27 % of the learners. answered: a row an item, mark and choice_ids: n, learners, sums
of y (total) and y * y (squares), how many are in the top and bottom band, the sum of y (best) of
those among the item's highest, as many as there are rights, and times.

y, the rest score, is the mean of the session's other marks, each less its item's mean mark. Where
everybody meets the same questions, it is Moodle's rest score but for a constant and a factor, which
no correlation sees; where questions are drawn, it does not punish who drew the hard ones. NULL for a
session of one question.
*/
BEGIN
    PERFORM public.collect_marks(p_revisions);
    CREATE TEMPORARY TABLE items ON COMMIT DROP AS
    SELECT
        pg_catalog.row_number() OVER ()::bigint AS item, i.*, i.n AS learners, i.right AS rights,
        i.revision_id IN (SELECT pg_catalog.unnest(p_revisions)) AS is_wanted
    FROM (
        SELECT
            m.revision_id, pg_catalog.count(*) AS n, pg_catalog.sum(m.mark) AS right,
            pg_catalog.avg(m.mark)::double precision AS mean
        FROM pg_temp.marks AS m GROUP BY m.revision_id
    ) AS i;
    CREATE TEMPORARY TABLE totals ON COMMIT DROP AS
    SELECT
        m.session, pg_catalog.sum(m.mark - i.mean) AS total, pg_catalog.count(*) AS length
    FROM pg_temp.marks AS m JOIN pg_temp.items AS i USING (revision_id)
    GROUP BY m.session;
    ANALYZE pg_temp.items, pg_temp.totals;
    IF EXISTS (SELECT FROM pg_temp.totals WHERE length = 1) THEN
        UPDATE pg_temp.items AS i
        SET learners = i.learners - alone.n, rights = i.rights - alone.right
        FROM (
            SELECT m.revision_id, pg_catalog.count(*) AS n, pg_catalog.sum(m.mark) AS right
            FROM pg_temp.marks AS m JOIN pg_temp.totals AS t USING (session)
            WHERE t.length = 1
            GROUP BY m.revision_id
        ) AS alone
        WHERE alone.revision_id = i.revision_id;
    END IF;

    CREATE TEMPORARY TABLE answered ON COMMIT DROP AS
    WITH item AS MATERIALIZED (
        SELECT
            i.*, pg_catalog.ceil(0.27 * i.learners)::bigint AS band,
            (pg_catalog.sum(i.n) OVER (ORDER BY i.item) - i.n)::bigint AS before
        FROM pg_temp.items AS i WHERE i.is_wanted
    ), rested AS (
        SELECT
            m.session, i.item, m.mark, m.choice_ids, m.time_ms,
            (t.total - (m.mark - i.mean)) / NULLIF(t.length - 1, 0) AS rest
        FROM pg_temp.marks AS m
        JOIN item AS i USING (revision_id)
        JOIN pg_temp.totals AS t USING (session)
    ), sorted AS (
        -- One number, item by item and the highest rest (from 1 to -1) first, sorts fastest.
        SELECT
            r.item, r.mark, r.choice_ids, r.time_ms, r.rest,
            pg_catalog.row_number() OVER (
                ORDER BY
                    (r.item << 40)
                    + COALESCE(((1 - r.rest) * (1::bigint << 38))::bigint, (1::bigint << 40) - 1),
                    r.session
            ) AS place
        FROM rested AS r
    ), placed AS (
        SELECT s.*, s.place - i.before AS rank, i.rights, i.band, i.learners - i.band AS middle
        FROM sorted AS s JOIN item AS i USING (item)
    )
    SELECT
        p.item, p.mark, p.choice_ids,
        pg_catalog.count(*) AS n,
        pg_catalog.count(p.rest) AS learners,
        pg_catalog.sum(p.rest) AS total,
        pg_catalog.sum(p.rest * p.rest) AS squares,
        pg_catalog.count(*) FILTER (WHERE p.rank <= p.band) AS top,
        pg_catalog.count(*) FILTER (WHERE p.rank > p.middle AND p.rest IS NOT NULL) AS bottom,
        pg_catalog.sum(p.rest) FILTER (WHERE p.rank <= p.rights) AS best,
        pg_catalog.sum(p.time_ms) AS time,
        pg_catalog.count(p.time_ms) AS timed
    FROM placed AS p
    GROUP BY p.item, p.mark, p.choice_ids;
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
    JOIN pg_temp.items AS i USING (item)
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

    DROP TABLE
        pg_temp.marks, pg_temp.items, pg_temp.totals, pg_temp.answered, pg_temp.wholes;
    RETURN v_found;
END
$$;

REVOKE ALL ON FUNCTION public.collect_marks(uuid[]), public.group_marks(uuid[]),
    public.compute_item_statistics(uuid[], integer) FROM PUBLIC;
