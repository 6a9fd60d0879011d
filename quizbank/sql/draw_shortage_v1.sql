CREATE FUNCTION public.draw_shortage(
    p_member uuid, p_pattern text, p_filters jsonb, p_count integer, p_drawn integer
)
RETURNS text
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/* Why a draw of p_count gave p_drawn, in a sentence; NULL if it gave as many. */
DECLARE
    v_scope record;
    v_matching bigint;
BEGIN
    IF p_drawn >= p_count THEN
        RETURN NULL;
    ELSIF p_pattern = 'chosen' THEN
        RETURN pg_catalog.format('%s of the chosen questions are published.', p_drawn);
    END IF;
    SELECT * INTO v_scope FROM public.draw_scope(p_member, p_pattern);
    SELECT COALESCE(pg_catalog.sum(p.size), 0) INTO v_matching
    FROM public.question_pools AS p
    WHERE p.exam_id IS NOT DISTINCT FROM (p_filters ->> 'exam')::bigint
        AND (NOT p_filters ? 'system' OR p.system_id = (p_filters ->> 'system')::bigint)
        AND (NOT p_filters ? 'topic' OR p.topic_id = (p_filters ->> 'topic')::bigint)
        AND (NOT p_filters ? 'subject' OR p.subject_id = (p_filters ->> 'subject')::bigint)
        AND (NOT p_filters ? 'difficulty' OR p.difficulty = p_filters ->> 'difficulty');
    RETURN CASE
        WHEN p_pattern = 'adaptive' THEN pg_catalog.format(
            'Of %s published questions that match, %s have a success rate from %s to %s percent.',
            GREATEST(v_matching, p_drawn), p_drawn, v_scope.lowest, v_scope.highest
        )
        WHEN p_pattern = 'weak_areas' AND p_member IS NULL
            THEN 'Weak areas are somebody’s: it takes a member.'
        WHEN p_pattern = 'weak_areas' AND v_scope.areas = '{}'
            THEN 'The member has no category under 60 percent.'
        WHEN p_pattern = 'weak_areas' THEN pg_catalog.format(
            'Of %s published questions that match, %s are in the member’s weak areas.',
            GREATEST(v_matching, p_drawn), p_drawn
        )
        ELSE pg_catalog.format('%s published questions match.', p_drawn)
    END;
END
$$;
REVOKE ALL ON FUNCTION public.draw_shortage(uuid, text, jsonb, integer, integer) FROM PUBLIC;
