CREATE FUNCTION public.explain_draw(
    p_member uuid, p_pattern text, p_filters jsonb, p_count integer
)
RETURNS TABLE (question_id uuid, revision_id uuid, uses integer, met_at timestamptz)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
At most p_count published questions, each once, with the level of their use (use_level) and when
p_member met them last: NULL unless it was lately, in their last 100 sessions of 30 days.

Those not met lately come first, the least used of them first, each of equals as likely as any
other; then those met lately, the longest ago first. Fewer than p_count: no more match. Returned
shuffled. p_pattern and p_filters: see draw_questions; p_member may be NULL.

The pools are read as one long list, ordered by use. A draw takes its beginning, in random order
within a level, and drops what does not belong there any more or was met lately; where too few are
left, it begins again with a longer one, at last with all. What waits for a rebuild is looked up in
the questions, if the pools run short.
*/
DECLARE
    v_exam bigint := p_filters ->> 'exam';
    v_system bigint := p_filters ->> 'system';
    v_topic bigint := p_filters ->> 'topic';
    v_subject bigint := p_filters ->> 'subject';
    v_difficulty text := p_filters ->> 'difficulty';
    v_scope record;
    -- What the member met lately.
    v_met uuid[];
    v_met_at timestamptz[];
    -- The list: its stretch n belongs to a pool, begins there at v_start, and here after v_before.
    v_pool bigint[];
    v_uses integer[];
    v_start integer[];
    v_before integer[];
    v_total integer;
    -- Of it: all up to v_whole, and v_more of those from there up to v_end.
    v_length integer := 2 * p_count + 10;
    v_whole integer;
    v_more integer;
    v_end integer;
    v_found uuid[];
    v_found_uses integer[];
    -- So many of them were not met lately.
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
    SELECT * INTO v_scope FROM public.draw_scope(p_member, p_pattern);
    -- Uses index: quiz_session_of_member.
    SELECT pg_catalog.array_agg(m.id), pg_catalog.array_agg(m.at) INTO v_met, v_met_at
    FROM (
        SELECT q.id, pg_catalog.max(s.started_at) AS at
        FROM (
            SELECT s.question_ids, s.started_at FROM public.quiz_sessions AS s
            WHERE s.user_id = p_member
                AND s.id >= public.uuid_floor(pg_catalog.now() - interval '30 days')
            ORDER BY s.id DESC
            LIMIT 100
        ) AS s
        CROSS JOIN LATERAL pg_catalog.unnest(s.question_ids) AS q (id)
        GROUP BY q.id
    ) AS m;

    SELECT
        pg_catalog.array_agg(s.pool ORDER BY s.before),
        pg_catalog.array_agg(s.uses ORDER BY s.before),
        pg_catalog.array_agg(s.start ORDER BY s.before),
        pg_catalog.array_agg(s.before::integer ORDER BY s.before),
        COALESCE(pg_catalog.sum(s.size), 0)
    INTO v_pool, v_uses, v_start, v_before, v_total
    FROM (
        SELECT
            p.id AS pool, t.uses, t.start, t.size,
            pg_catalog.sum(t.size) OVER (ORDER BY t.uses, p.id, t.start) - t.size AS before
        FROM public.question_pools AS p
        CROSS JOIN LATERAL (
            SELECT l.uses, l.start, l.size
            FROM unnest(p.level_uses, p.level_starts, p.level_sizes)
                AS l (uses, start, size)
            WHERE v_scope.lowest IS NULL
            UNION ALL
            SELECT t.uses, t.start, t.size
            FROM unnest(p.tier_uses, p.tier_success, p.tier_starts, p.tier_sizes)
                AS t (uses, success, start, size)
            WHERE t.success BETWEEN v_scope.lowest / 10 AND v_scope.highest / 10
        ) AS t
        WHERE p.exam_id IS NOT DISTINCT FROM v_exam
            AND (v_system IS NULL OR p.system_id = v_system)
            AND (v_topic IS NULL OR p.topic_id = v_topic)
            AND (v_subject IS NULL OR p.subject_id = v_subject)
            AND (v_difficulty IS NULL OR p.difficulty = v_difficulty)
            AND (v_scope.areas IS NULL OR COALESCE(p.topic_id, p.system_id) = ANY (v_scope.areas))
    ) AS s;

    LOOP
        IF v_length >= v_total THEN
            v_whole := v_total;
            v_more := 0;
            v_end := v_total;
        ELSE
            SELECT
                pg_catalog.min(b.before),
                v_length - pg_catalog.min(b.before),
                COALESCE(
                    v_before[pg_catalog.max(b.n) + 1], v_total
                )
            INTO v_whole, v_more, v_end
            FROM unnest(v_uses, v_before) WITH ORDINALITY AS b (uses, before, n)
            WHERE b.uses = v_uses[pg_catalog.width_bucket(v_length, v_before)];
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
        ), place AS (
            SELECT
                v_pool[stretch.n] AS pool,
                v_start[stretch.n] + slot.n - v_before[stretch.n] AS n,
                v_uses[stretch.n] AS uses
            FROM slot
            CROSS JOIN LATERAL (
                SELECT pg_catalog.width_bucket(slot.n, v_before) AS n OFFSET 0
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
            JOIN public.question_pools AS p ON p.id = g.pool
        ), listed AS MATERIALIZED (
            SELECT o.key, o.ids[place.n] AS id, place.uses
            FROM opened AS o
            CROSS JOIN LATERAL unnest(o.places, o.uses) AS place (n, uses)
        )
        SELECT
            pg_catalog.array_agg(l.id), pg_catalog.array_agg(l.uses),
            pg_catalog.count(*) FILTER (WHERE met.id IS NULL)
        INTO v_found, v_found_uses, v_new
        FROM listed AS l
        JOIN public.questions AS q ON q.id = l.id
        LEFT JOIN pg_catalog.unnest(v_met) AS met (id) ON met.id = l.id
        WHERE q.status = 'active'
            AND public.pool_key(q.system_id, q.topic_id, q.subject_id, q.difficulty) = l.key
            AND (v_scope.lowest IS NULL
                OR q.success_rate BETWEEN v_scope.lowest AND v_scope.highest)
            AND (v_exam IS NULL OR EXISTS (
                SELECT FROM public.question_exams AS e
                WHERE e.question_id = q.id AND e.exam_id = v_exam
            ));
        EXIT WHEN v_length >= v_total OR v_new >= p_count;
        v_length := 8 * v_length;
    END LOOP;

    IF v_new < p_count THEN
        -- Uses index: question_pool_key.
        SELECT v_found || pg_catalog.array_agg(w.id), v_found_uses || pg_catalog.array_agg(w.uses)
        INTO v_found, v_found_uses
        FROM (
            SELECT q.id, public.use_level(d.attempt_count) AS uses
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
                AND (v_scope.areas IS NULL
                    OR COALESCE(q.topic_id, q.system_id) = ANY (v_scope.areas))
                AND (v_scope.lowest IS NULL
                    OR q.success_rate BETWEEN v_scope.lowest AND v_scope.highest)
                AND q.id <> ALL (COALESCE(v_found, '{}'))
            LIMIT 5000
        ) AS w;
    END IF;
    RETURN QUERY
        SELECT q.id, q.published_revision_id, f.uses, f.met_at
        FROM (
            SELECT f.id, f.uses, met.at AS met_at
            FROM unnest(v_found, v_found_uses) AS f (id, uses)
            LEFT JOIN unnest(v_met, v_met_at) AS met (id, at) ON met.id = f.id
            ORDER BY met.at NULLS FIRST, f.uses, pg_catalog.random()
            LIMIT p_count
        ) AS f
        JOIN public.questions AS q ON q.id = f.id
        ORDER BY pg_catalog.random();
END
$$;
REVOKE ALL ON FUNCTION public.explain_draw(uuid, text, jsonb, integer) FROM PUBLIC;
