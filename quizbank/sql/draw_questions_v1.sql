CREATE FUNCTION public.draw_questions(
    p_member uuid, p_pattern text, p_filters jsonb, p_count integer
)
RETURNS TABLE (question_id uuid, revision_id uuid)
LANGUAGE plpgsql
SET search_path = ''
-- A plan that knows which filters are given.
SET plan_cache_mode = 'force_custom_plan'
AS $$
/*
At most p_count published questions, in the order in which they are to be met. p_filters:
{"exam", "system", "topic", "subject": id, "difficulty": "easy", "questions": [key, …]}.

    filter        any that match
    adaptive      those that 40 to 70 percent of the answers got right
    weak_areas    topics in which the member's own answers are under 60 percent
    chosen        "questions", in their order

Starts at a random place of the random keys and goes round: the cost grows with p_count alone.
Uses index: question_draw, question_draw_by_topic.
*/
DECLARE
    v_start double precision := pg_catalog.random();
    v_weak bigint[];
BEGIN
    IF p_pattern = 'chosen' THEN
        RETURN QUERY
            SELECT q.id, q.published_revision_id
            FROM pg_catalog.jsonb_array_elements_text(p_filters -> 'questions')
                WITH ORDINALITY AS chosen (key, n)
            JOIN public.questions AS q ON q.id = CASE
                WHEN pg_catalog.pg_input_is_valid(chosen.key, 'uuid') THEN chosen.key::uuid END
            WHERE q.status = 'active'
            ORDER BY chosen.n
            LIMIT p_count;
        RETURN;
    END IF;
    IF p_pattern = 'weak_areas' THEN
        v_weak := ARRAY(
            SELECT c.id
            FROM public.user_progress AS p
            CROSS JOIN LATERAL pg_catalog.jsonb_each(p.category_stats) AS area
            JOIN public.categories AS c ON c.code = area.key
            WHERE p.user_id = p_member AND (area.value ->> 'accuracy')::numeric < 60
        );
    END IF;
    RETURN QUERY
        WITH drawn AS (
            SELECT q.id, q.published_revision_id, q.random_key
            FROM public.questions AS q
            WHERE q.status = 'active'
                AND (NOT p_filters ? 'system' OR q.system_id = (p_filters ->> 'system')::bigint)
                AND (NOT p_filters ? 'topic' OR q.topic_id = (p_filters ->> 'topic')::bigint)
                AND (NOT p_filters ? 'subject' OR q.subject_id = (p_filters ->> 'subject')::bigint)
                AND (NOT p_filters ? 'difficulty' OR q.difficulty = p_filters ->> 'difficulty')
                AND (NOT p_filters ? 'exam' OR EXISTS (
                    SELECT FROM public.question_exams AS e
                    WHERE e.question_id = q.id AND e.exam_id = (p_filters ->> 'exam')::bigint
                ))
                AND (p_pattern <> 'adaptive' OR q.success_rate BETWEEN 40 AND 70)
                AND (p_pattern <> 'weak_areas' OR q.topic_id = ANY (v_weak))
        ), around AS (
            (SELECT * FROM drawn AS d WHERE d.random_key >= v_start
             ORDER BY d.random_key LIMIT p_count)
            UNION ALL
            (SELECT * FROM drawn AS d WHERE d.random_key < v_start
             ORDER BY d.random_key LIMIT p_count)
            LIMIT p_count
        )
        SELECT a.id, a.published_revision_id FROM around AS a ORDER BY pg_catalog.random();
END
$$;
REVOKE ALL ON FUNCTION public.draw_questions(uuid, text, jsonb, integer) FROM PUBLIC;
