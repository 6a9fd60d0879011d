CREATE OR REPLACE FUNCTION public.group_marks(p_revisions uuid[])
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
SET work_mem = '256MB'
-- Tables with few statistics, all of them read whole, into few groups.
SET enable_nestloop = off
SET enable_mergejoin = off
SET enable_sort = off
SET jit = off
SET parallel_tuple_cost = 0.01
AS $$
/*
Makes the tables that compute_item_statistics reads and drops. met_items: item, revision_id, its n
answers, their mean mark, how many stand in sessions with others (learners) and are right (rights).
answered: a row an item, mark and choice_ids: n, learners, sums of y (total) and y * y (squares), how
many are in the top and bottom band, 27 % of the learners each, the sum of y (best) of those among the
item's highest, as many as there are rights, and times.

y, the rest score, is the mean of the session's other marks, each less its item's mean mark. Where
everybody meets the same questions, it is Moodle's rest score but for a constant and a factor, which
no correlation sees; where questions are drawn, it does not punish who drew the hard ones. NULL for a
session of one question.

Of equal rest scores the earlier session, which has the lower key, stands higher: who falls into a
band never depends on where the rows lie.
*/
DECLARE
    v_sessions integer := public.collect_marks(p_revisions);
    v_session_bits integer := pg_catalog.ceil(pg_catalog.log(2, v_sessions + 1));
    v_places bigint[];
BEGIN
    CREATE UNLOGGED TABLE public.met_items AS
    WITH counted AS MATERIALIZED (
        SELECT
            m.revision_id, pg_catalog.count(*)::integer AS n,
            pg_catalog.sum(m.mark)::integer AS rights, pg_catalog.avg(m.mark)::float8 AS mean
        FROM public.met_marks AS m GROUP BY m.revision_id
    ),
    -- One row: a logarithm for each item would take longer than all else.
    bits AS MATERIALIZED (
        -- Finer than 2^-39, rest scores that are equal would differ by rounding.
        SELECT LEAST(
            40, 62 - v_session_bits
            - pg_catalog.ceil(pg_catalog.log(2, pg_catalog.count(*) + 1))::integer
        ) AS rest_bits
        FROM counted
    )
    SELECT
        i.*, i.n AS learners, i.item << (i.rest_bits + v_session_bits) AS base, v_session_bits,
        i.revision_id IN (SELECT pg_catalog.unnest(p_revisions)) AS is_wanted
    FROM (
        SELECT c.*, pg_catalog.row_number() OVER () AS item, b.rest_bits
        FROM counted AS c CROSS JOIN bits AS b
    ) AS i;
    CREATE UNLOGGED TABLE public.met_totals AS
    SELECT
        m.session, pg_catalog.sum(m.mark - i.mean) AS total, pg_catalog.count(*) AS length
    FROM public.met_marks AS m JOIN public.met_items AS i USING (revision_id)
    GROUP BY m.session;
    ANALYZE public.met_items, public.met_totals;
    UPDATE public.met_items AS i
    SET learners = i.learners - alone.n, rights = i.rights - alone.right
    FROM (
        SELECT m.revision_id, pg_catalog.count(*) AS n, pg_catalog.sum(m.mark) AS right
        FROM (SELECT s.session FROM public.met_totals AS s WHERE s.length = 1) AS t
        JOIN public.met_marks AS m USING (session)
        GROUP BY m.revision_id
    ) AS alone
    WHERE alone.revision_id = i.revision_id;

    -- The place of a mark is one number: from the left its item, the rest score from the highest
    -- on, and the session.
    CREATE VIEW public.met_places AS
    SELECT
        r.item, r.mark, r.choice_ids, r.time_ms, r.rest,
        r.base + (COALESCE(
            ((1 - r.rest) * (1::bigint << (r.rest_bits - 2)))::bigint,
            (1::bigint << r.rest_bits) - 1
        ) << r.v_session_bits) + r.session AS place
    FROM (
        SELECT
            m.session, m.mark, m.choice_ids, m.time_ms,
            i.item, i.base, i.rest_bits, i.v_session_bits,
            (t.total - (m.mark - i.mean)) / NULLIF(t.length - 1, 0) AS rest
        FROM public.met_marks AS m
        JOIN public.met_items AS i USING (revision_id)
        JOIN public.met_totals AS t USING (session)
        WHERE i.is_wanted
        -- Computed once a row.
        OFFSET '0'
    ) AS r;
    v_places := ARRAY(SELECT p.place FROM public.met_places AS p ORDER BY p.place);
    -- The last places of the top band, of those above the bottom one, and of the item's highest.
    CREATE UNLOGGED TABLE public.met_edges AS
    SELECT
        i.item,
        v_places[i.before + i.band] AS top,
        COALESCE(v_places[i.before + i.learners - i.band], 0) AS middle,
        v_places[i.before + i.rights] AS best
    FROM (
        SELECT
            w.*, pg_catalog.ceil(0.27 * w.learners)::integer AS band,
            (pg_catalog.sum(w.n) OVER (ORDER BY w.item) - w.n)::integer AS before
        FROM public.met_items AS w WHERE w.is_wanted
    ) AS i;
    ANALYZE public.met_edges;

    CREATE TEMPORARY TABLE answered ON COMMIT DROP AS
    SELECT
        p.item, p.mark, p.choice_ids,
        pg_catalog.count(*) AS n,
        pg_catalog.count(p.rest) AS learners,
        pg_catalog.sum(p.rest) AS total,
        pg_catalog.sum(p.rest * p.rest) AS squares,
        pg_catalog.count(*) FILTER (WHERE p.place <= e.top) AS top,
        pg_catalog.count(*) FILTER (WHERE p.place > e.middle AND p.rest IS NOT NULL) AS bottom,
        pg_catalog.sum(p.rest) FILTER (WHERE p.place <= e.best) AS best,
        pg_catalog.sum(p.time_ms) AS time,
        pg_catalog.count(p.time_ms) AS timed
    FROM public.met_places AS p JOIN public.met_edges AS e USING (item)
    GROUP BY p.item, p.mark, p.choice_ids;
    DROP VIEW public.met_places;
    DROP TABLE public.met_marks, public.met_totals, public.met_edges;
END
$$;
REVOKE ALL ON FUNCTION public.group_marks(uuid[]) FROM PUBLIC;
