CREATE FUNCTION public.explain_draw(
    p_member uuid, p_pattern text, p_filters jsonb, p_count integer
)
RETURNS TABLE (question_id uuid, revision_id uuid, uses integer, met_at timestamptz)
LANGUAGE plpgsql
SET search_path = ''
-- Planned once: each call has arrays of its own, and planning for them took longer than the draw.
SET plan_cache_mode = force_generic_plan
AS $$
/*
At most p_count published questions, each once, with the level of their use (use_level) and when
p_member met them last: NULL unless it was lately, in their last 100 sessions of 30 days.

Those not met lately come first, the least used of them first, each of equals as likely as any
other; then those met lately, the longest ago first. Fewer than p_count: no more match. Returned
shuffled. p_pattern and p_filters: see draw_questions; p_member may be NULL.

The pools are read as one long list, ordered by use (pool_list; where it would be made of many, it
is kept in question_pool_lists). A draw takes its beginning, in random order within a level, and drops what does not belong there any more, has another success rate, or was met
lately; where too few are left, it begins again with a longer one, at last with all. What waits for
a rebuild is looked up in the questions, if the pools run short.
*/
DECLARE
    v_exam bigint := p_filters ->> 'exam';
    v_system bigint := p_filters ->> 'system';
    v_topic bigint := p_filters ->> 'topic';
    v_subject bigint := p_filters ->> 'subject';
    v_difficulty text := p_filters ->> 'difficulty';
    -- See draw_scope.
    v_lowest numeric;
    v_highest numeric;
    v_areas bigint[];
    -- The list: see pool_list.
    v_pool bigint[];
    v_uses integer[];
    v_start integer[];
    v_before integer[];
    v_total integer;
    -- Of it: all up to v_whole, and v_more of those from there up to v_end.
    v_length integer := p_count + p_count / 4 + 10;
    v_level integer;
    v_whole integer;
    v_more integer;
    v_end integer;
    v_found uuid[];
    v_found_uses integer[];
    v_found_revisions uuid[];
    -- Those of them that the member met lately, and how many are left.
    v_met uuid[];
    v_met_at timestamptz[];
    v_new integer;
BEGIN
    IF p_pattern = 'chosen' THEN
        RETURN QUERY
            SELECT q.id, q.published_revision_id, public.use_level(d.attempt_count), NULL::timestamptz
            FROM pg_catalog.jsonb_array_elements_text(p_filters -> 'questions')
                WITH ORDINALITY AS chosen (key, n)
            JOIN public.questions AS q ON q.id = CASE
                WHEN pg_catalog.pg_input_is_valid(chosen.key, 'uuid') THEN chosen.key::uuid END
            LEFT JOIN public.question_difficulty AS d ON d.question_id = q.id
            WHERE q.status = 'active'
            ORDER BY chosen.n
            LIMIT p_count;
        RETURN;
    END IF;
    IF p_pattern <> 'filter' THEN
        SELECT d.lowest, d.highest, d.areas INTO v_lowest, v_highest, v_areas
        FROM public.draw_scope(p_member, p_pattern) AS d;
    END IF;
    IF COALESCE(v_system, v_topic, v_subject) IS NULL AND v_areas IS NULL THEN
        SELECT l.pools, l.uses, l.starts, l.befores, l.total
        INTO v_pool, v_uses, v_start, v_before, v_total
        FROM public.question_pool_lists AS l
        WHERE l.exam_id IS NOT DISTINCT FROM v_exam
            AND l.difficulty IS NOT DISTINCT FROM v_difficulty
            AND l.lowest IS NOT DISTINCT FROM v_lowest;
    END IF;
    IF v_pool IS NULL THEN
        SELECT l.pools, l.uses, l.starts, l.befores, l.total
        INTO v_pool, v_uses, v_start, v_before, v_total
        FROM public.pool_list(
            v_exam, v_system, v_topic, v_subject, v_difficulty, v_areas, v_lowest, v_highest
        ) AS l;
    END IF;

    LOOP
        IF v_length >= v_total THEN
            v_whole := v_total;
            v_more := 0;
            v_end := v_total;
        ELSE
            v_level := v_uses[pg_catalog.width_bucket(v_length, v_before)];
            v_whole := v_before[pg_catalog.width_bucket(v_level - 1, v_uses) + 1];
            v_more := v_length - v_whole;
            v_end := COALESCE(v_before[pg_catalog.width_bucket(v_level, v_uses) + 1], v_total);
        END IF;
        WITH slot AS (
            SELECT pg_catalog.generate_series(0, v_whole - 1) AS n
            UNION ALL
            (SELECT n FROM pg_catalog.generate_series(
                v_whole, CASE WHEN 2 * v_more >= v_end - v_whole THEN v_end - 1 END
            ) AS n ORDER BY pg_catalog.random() LIMIT v_more)
            UNION ALL
            SELECT DISTINCT
                v_whole + pg_catalog.floor(pg_catalog.random() * (v_end - v_whole))::integer
            FROM pg_catalog.generate_series(
                1, CASE WHEN 2 * v_more < v_end - v_whole THEN v_more END
            )
        ), list AS MATERIALIZED (
            -- As a row: each use of a variable would copy all of its array.
            SELECT v_pool AS pools, v_uses AS uses, v_start AS starts, v_before AS befores
        ), place AS (
            SELECT
                list.pools[stretch.n] AS pool,
                list.starts[stretch.n] + slot.n - list.befores[stretch.n] AS n,
                list.uses[stretch.n] AS uses
            FROM slot
            CROSS JOIN list
            CROSS JOIN LATERAL (
                SELECT pg_catalog.width_bucket(slot.n, list.befores) AS n OFFSET 0
            ) AS stretch
        ), opened AS MATERIALIZED (
            -- The keys of a pool come out of storage once, not once a place.
            SELECT p.key, g.places, g.uses, p.question_ids || '{}'::uuid[] AS ids
            FROM (
                SELECT
                    place.pool,
                    pg_catalog.array_agg(place.n) AS places,
                    pg_catalog.array_agg(place.uses) AS uses
                FROM place GROUP BY place.pool
            ) AS g
            CROSS JOIN LATERAL (
                SELECT * FROM public.question_pools AS p WHERE p.id = g.pool OFFSET 0
            ) AS p
        ), listed AS MATERIALIZED (
            SELECT o.key, o.ids[place.n] AS id, place.uses
            FROM opened AS o
            CROSS JOIN LATERAL unnest(o.places, o.uses) AS place (n, uses)
        )
        SELECT
            pg_catalog.array_agg(l.id), pg_catalog.array_agg(l.uses),
            pg_catalog.array_agg(q.published_revision_id)
        INTO v_found, v_found_uses, v_found_revisions
        FROM listed AS l
        JOIN public.questions AS q ON q.id = l.id
        WHERE q.status = 'active'
            AND public.pool_key(q.system_id, q.topic_id, q.subject_id, q.difficulty) = l.key
            AND (v_lowest IS NULL
                OR q.success_rate BETWEEN v_lowest AND v_highest)
            AND (v_exam IS NULL OR EXISTS (
                SELECT FROM public.question_exams AS e
                WHERE e.question_id = q.id AND e.exam_id = v_exam
            ));
        SELECT pg_catalog.array_agg(met.question_id), pg_catalog.array_agg(met.met_at)
        INTO v_met, v_met_at
        FROM public.met_lately(p_member, v_found) AS met;
        v_new := COALESCE(pg_catalog.cardinality(v_found), 0)
            - COALESCE(pg_catalog.cardinality(v_met), 0);
        EXIT WHEN v_new >= p_count OR v_length >= v_total;
        v_length := 8 * v_length;
    END LOOP;

    IF v_new < p_count THEN
        -- Uses index: question_pool_key.
        SELECT
            v_found || pg_catalog.array_agg(w.id), v_found_uses || pg_catalog.array_agg(w.uses),
            v_found_revisions || pg_catalog.array_agg(w.revision)
        INTO v_found, v_found_uses, v_found_revisions
        FROM (
            SELECT
                q.id, public.use_level(d.attempt_count) AS uses,
                q.published_revision_id AS revision
            FROM (SELECT DISTINCT w.key FROM public.waiting_question_pools AS w) AS w
            JOIN public.questions AS q
                ON public.pool_key(q.system_id, q.topic_id, q.subject_id, q.difficulty) = w.key
            LEFT JOIN public.question_difficulty AS d ON d.question_id = q.id
            WHERE q.status = 'active'
                AND (v_system IS NULL OR q.system_id = v_system)
                AND (v_topic IS NULL OR q.topic_id = v_topic)
                AND (v_subject IS NULL OR q.subject_id = v_subject)
                AND (v_difficulty IS NULL OR q.difficulty = v_difficulty)
                AND (v_exam IS NULL OR EXISTS (
                    SELECT FROM public.question_exams AS e
                    WHERE e.question_id = q.id AND e.exam_id = v_exam
                ))
                AND (v_areas IS NULL
                    OR COALESCE(q.topic_id, q.system_id) = ANY (v_areas))
                AND (v_lowest IS NULL
                    OR q.success_rate BETWEEN v_lowest AND v_highest)
                AND q.id <> ALL (COALESCE(v_found, '{}'))
            LIMIT 5000
        ) AS w;
        SELECT pg_catalog.array_agg(met.question_id), pg_catalog.array_agg(met.met_at)
        INTO v_met, v_met_at
        FROM public.met_lately(p_member, v_found) AS met;
    END IF;
    RETURN QUERY
        SELECT f.id, f.revision, f.uses, f.met_at
        FROM (
            SELECT f.id, f.revision, f.uses, met.at AS met_at
            FROM unnest(v_found, v_found_revisions, v_found_uses) AS f (id, revision, uses)
            LEFT JOIN unnest(v_met, v_met_at) AS met (id, at) ON met.id = f.id
            ORDER BY met.at NULLS FIRST, f.uses, pg_catalog.random()
            LIMIT p_count
        ) AS f
        ORDER BY pg_catalog.random();
END
$$;
REVOKE ALL ON FUNCTION public.explain_draw(uuid, text, jsonb, integer) FROM PUBLIC;
