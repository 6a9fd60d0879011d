CREATE OR REPLACE FUNCTION public.working_copy_hash(q public.questions) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = ''
AS $$
/*
question_content_hash(question_content(q)), without making the content first: its text is put
together as jsonb writes it (names by length, then by letter), which takes half the time.

Uses index: choice_positions_are_distinct.
*/
DECLARE
    v_choices text;
BEGIN
    SELECT pg_catalog.string_agg(
        '{"text": ' || pg_catalog.to_json(c.text)::text
        || ', "feedback": ' || pg_catalog.to_json(c.feedback)::text
        || ', "fraction": ' || COALESCE(pg_catalog.trim_scale(c.fraction)::text, 'null')
        || ', "tolerance": ' || COALESCE(pg_catalog.trim_scale(c.tolerance)::text, 'null')
        || CASE WHEN c.is_correct THEN ', "is_correct": true}' ELSE ', "is_correct": false}' END,
        ', ' ORDER BY c.position, c.id
    ) INTO v_choices
    FROM public.choices AS c
    WHERE c.question_id = q.id;
    RETURN pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
        '{"kind": ' || pg_catalog.to_json(q.kind)::text
        || ', "stem": ' || pg_catalog.to_json(q.stem)::text
        || ', "media": ' || q.media::text
        || ', "choices": [' || COALESCE(v_choices, '')
        || '], "explanation": ' || pg_catalog.to_json(q.explanation)::text || '}',
        'UTF8'
    )), 'hex');
END
$$;
