CREATE FUNCTION public.rebuild_waiting_pools(
    p_keys integer, OUT keys integer, OUT pools integer, OUT questions integer
)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Rebuild the pools of at most p_keys keys that wait for it, those first that wait longest: of the
whole bank, and of each exam, and then the lists of these exams (list_pools). A pool without a
question goes. Returns how many keys were done, the pools that they have now, and the questions of
the whole bank in them.

Rebuilds take turns; draws go on meanwhile. The keys are taken off the list before their questions
are read: what changes later waits for the next rebuild.
*/
DECLARE
    v_keys text[];
    v_exams bigint[];
    v_left bigint[];
    v_now timestamptz;
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(
        pg_catalog.hashtextextended('rebuild_waiting_pools', 0)
    );
    v_now := pg_catalog.clock_timestamp();
    v_keys := ARRAY(
        SELECT w.key FROM public.waiting_question_pools AS w
        GROUP BY w.key ORDER BY pg_catalog.min(w.id) LIMIT p_keys
    );
    DELETE FROM public.waiting_question_pools AS w WHERE w.key = ANY (v_keys);
    WITH placed AS MATERIALIZED (
        -- Uses index: question_pool_key, question_is_in_exam_once.
        SELECT
            k.key, q.system_id, q.topic_id, q.subject_id, q.difficulty, COALESCE(e.id, 0) AS exam,
            q.id, q.published_revision_id AS revision,
            public.use_level(d.attempt_count) AS uses,
            public.success_tenth(q.success_rate) AS success,
            pg_catalog.random() AS place
        FROM pg_catalog.unnest(v_keys) AS k (key)
        JOIN public.questions AS q
            ON public.pool_key(q.system_id, q.topic_id, q.subject_id, q.difficulty) = k.key
        LEFT JOIN public.question_difficulty AS d ON d.question_id = q.id
        CROSS JOIN LATERAL (
            SELECT NULL::bigint
            UNION ALL
            SELECT qe.exam_id FROM public.question_exams AS qe WHERE qe.question_id = q.id
        ) AS e (id)
        WHERE q.status = 'active'
    ), tier AS (
        SELECT p.key, p.exam, p.uses, p.success, pg_catalog.count(*) AS size
        FROM placed AS p GROUP BY p.key, p.exam, p.uses, p.success
    ), tiers AS (
        SELECT
            t.key, t.exam,
            pg_catalog.array_agg(t.uses ORDER BY t.uses, t.success) AS uses,
            pg_catalog.array_agg(t.success ORDER BY t.uses, t.success) AS success,
            pg_catalog.array_agg(t.start ORDER BY t.uses, t.success) AS starts,
            pg_catalog.array_agg(t.size ORDER BY t.uses, t.success) AS sizes
        FROM (
            SELECT tier.*, 1 + pg_catalog.sum(tier.size) OVER (
                PARTITION BY tier.key, tier.exam ORDER BY tier.uses, tier.success
            ) - tier.size AS start
            FROM tier
        ) AS t
        GROUP BY t.key, t.exam
    ), levels AS (
        SELECT
            l.key, l.exam,
            pg_catalog.array_agg(l.uses ORDER BY l.uses) AS uses,
            pg_catalog.array_agg(l.start ORDER BY l.uses) AS starts,
            pg_catalog.array_agg(l.size ORDER BY l.uses) AS sizes
        FROM (
            SELECT
                tier.key, tier.exam, tier.uses, pg_catalog.sum(tier.size) AS size,
                1 + pg_catalog.sum(pg_catalog.sum(tier.size)) OVER (
                    PARTITION BY tier.key, tier.exam ORDER BY tier.uses
                ) - pg_catalog.sum(tier.size) AS start
            FROM tier GROUP BY tier.key, tier.exam, tier.uses
        ) AS l
        GROUP BY l.key, l.exam
    ), filled AS (
        SELECT
            p.key, p.exam, p.system_id, p.topic_id, p.subject_id, p.difficulty,
            pg_catalog.array_agg(p.id ORDER BY p.uses, p.success, p.place) AS questions,
            pg_catalog.array_agg(p.revision ORDER BY p.uses, p.success, p.place) AS revisions
        FROM placed AS p
        GROUP BY p.key, p.exam, p.system_id, p.topic_id, p.subject_id, p.difficulty
    ), written AS (
        INSERT INTO public.question_pools AS old (
            exam_id, system_id, topic_id, subject_id, difficulty, question_ids, revision_ids,
            level_uses, level_starts, level_sizes,
            tier_uses, tier_success, tier_starts, tier_sizes, refreshed_at
        )
        SELECT
            NULLIF(f.exam, 0), f.system_id, f.topic_id, f.subject_id, f.difficulty, f.questions,
            f.revisions, l.uses, l.starts, l.sizes, t.uses, t.success, t.starts, t.sizes, v_now
        FROM filled AS f JOIN levels AS l USING (key, exam) JOIN tiers AS t USING (key, exam)
        ON CONFLICT (exam_id, system_id, topic_id, subject_id, difficulty) DO UPDATE SET
            question_ids = excluded.question_ids,
            revision_ids = excluded.revision_ids,
            level_uses = excluded.level_uses,
            level_starts = excluded.level_starts,
            level_sizes = excluded.level_sizes,
            tier_uses = excluded.tier_uses,
            tier_success = excluded.tier_success,
            tier_starts = excluded.tier_starts,
            tier_sizes = excluded.tier_sizes,
            refreshed_at = excluded.refreshed_at
        RETURNING old.size, old.exam_id
    )
    SELECT
        pg_catalog.cardinality(v_keys), pg_catalog.count(*),
        COALESCE(pg_catalog.sum(w.size) FILTER (WHERE w.exam_id IS NULL), 0),
        pg_catalog.array_agg(DISTINCT w.exam_id)
    INTO keys, pools, questions, v_exams
    FROM written AS w;
    WITH gone AS (
        DELETE FROM public.question_pools AS p
        WHERE p.key = ANY (v_keys) AND p.refreshed_at < v_now
        RETURNING p.exam_id
    )
    SELECT pg_catalog.array_agg(DISTINCT g.exam_id) INTO v_left FROM gone AS g;
    PERFORM public.list_pools(v_exams || v_left);
END
$$;
REVOKE ALL ON FUNCTION public.rebuild_waiting_pools(integer) FROM PUBLIC;
