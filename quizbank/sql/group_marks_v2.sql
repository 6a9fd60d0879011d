CREATE OR REPLACE FUNCTION public.group_marks(p_revisions uuid[])
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
SET work_mem = '256MB'
-- Temporary tables with few statistics, all of them read whole, into few groups.
SET enable_nestloop = off
SET enable_mergejoin = off
SET enable_sort = off
SET jit = off
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

Of equal rest scores the earlier session, which has the lower key, stands higher: who falls into a
band never depends on where the rows lie.
*/
DECLARE
    v_session_bits integer;
    v_rest_bits integer;
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

    -- The place of a mark is one number: from the left its item, the rest score from the highest
    -- on, and the session. Finer than 2^-39, rest scores that are equal would differ by rounding.
    SELECT pg_catalog.ceil(pg_catalog.log(2, pg_catalog.max(session) + 1)) INTO v_session_bits
    FROM pg_temp.totals;
    SELECT LEAST(
        40, 62 - v_session_bits - pg_catalog.ceil(pg_catalog.log(2, pg_catalog.max(item) + 1))
    ) INTO v_rest_bits
    FROM pg_temp.items;

    CREATE TEMPORARY TABLE answered ON COMMIT DROP AS
    WITH item AS MATERIALIZED (
        SELECT
            i.*, pg_catalog.ceil(0.27 * i.learners)::integer AS band,
            (pg_catalog.sum(i.n) OVER (ORDER BY i.item) - i.n)::integer AS before
        FROM pg_temp.items AS i WHERE i.is_wanted
    ), rested AS (
        SELECT
            m.session, i.item, m.mark, m.choice_ids, m.time_ms,
            (t.total - (m.mark - i.mean)) / NULLIF(t.length - 1, 0) AS rest
        FROM pg_temp.marks AS m
        JOIN item AS i USING (revision_id)
        JOIN pg_temp.totals AS t USING (session)
    ), placed AS MATERIALIZED (
        SELECT
            r.item, r.mark, r.choice_ids, r.time_ms, r.rest,
            ((r.item << v_rest_bits) + COALESCE(
                ((1 - r.rest) * (1::bigint << (v_rest_bits - 2)))::bigint,
                (1::bigint << v_rest_bits) - 1
            ) << v_session_bits) + r.session AS place
        FROM rested AS r
    ), sorted AS MATERIALIZED (
        SELECT ARRAY(SELECT p.place FROM placed AS p ORDER BY p.place) AS places
    ), edged AS MATERIALIZED (
        -- The last places of the top band, of those above the bottom one, and of the item's highest.
        SELECT
            i.item,
            s.places[i.before + i.band] AS top,
            COALESCE(s.places[i.before + i.learners - i.band], 0) AS middle,
            s.places[i.before + i.rights] AS best
        FROM item AS i CROSS JOIN sorted AS s
    )
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
    FROM placed AS p JOIN edged AS e USING (item)
    GROUP BY p.item, p.mark, p.choice_ids;
END
$$;
