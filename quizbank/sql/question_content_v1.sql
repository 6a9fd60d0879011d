CREATE FUNCTION public.question_content(q public.questions) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
/* The working copy as a revision would freeze it. */
BEGIN
    RETURN pg_catalog.jsonb_build_object(
        'kind', q.kind,
        'stem', q.stem,
        'explanation', q.explanation,
        'media', q.media,
        'choices', COALESCE((
            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'id', c.id,
                'position', c.position,
                'text', c.text,
                'is_correct', c.is_correct,
                'fraction', pg_catalog.trim_scale(c.fraction),
                'tolerance', pg_catalog.trim_scale(c.tolerance),
                'feedback', c.feedback
            ) ORDER BY c.position, c.id)
            FROM public.choices AS c
            WHERE c.question_id = q.id
        ), '[]'::pg_catalog.jsonb)
    );
END;
$$;
