CREATE FUNCTION public.working_copy_hash(q public.questions) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = ''
AS $$
/* question_content_hash(question_content(q)), without making the content first. */
DECLARE
    v_choices jsonb;
BEGIN
    SELECT pg_catalog.jsonb_agg(
        pg_catalog.jsonb_build_object(
            'text', c.text, 'is_correct', c.is_correct,
            'fraction', pg_catalog.trim_scale(c.fraction),
            'tolerance', pg_catalog.trim_scale(c.tolerance), 'feedback', c.feedback
        ) ORDER BY c.position, c.id
    ) INTO v_choices
    FROM public.choices AS c
    WHERE c.question_id = q.id;
    RETURN pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_object(
        'kind', q.kind, 'stem', q.stem, 'explanation', q.explanation, 'media', q.media,
        'choices', COALESCE(v_choices, '[]'::jsonb)
    )::text, 'UTF8')), 'hex');
END
$$;
REVOKE ALL ON FUNCTION public.working_copy_hash(public.questions) FROM PUBLIC;
