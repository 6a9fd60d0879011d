CREATE FUNCTION public.question_problems(p_content jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE AS $$
/* What keeps this content from being published, in words for a person; empty when nothing does. */
DECLARE
    v_kind text := p_content ->> 'kind';
    v_choices jsonb := p_content -> 'choices';
    v_total integer := pg_catalog.jsonb_array_length(v_choices);
    v_correct integer := (
        SELECT count(*) FROM pg_catalog.jsonb_array_elements(v_choices) AS c
        WHERE (c ->> 'is_correct')::boolean
    );
    v_problems text[] := '{}';
BEGIN
    IF pg_catalog.btrim(p_content ->> 'stem', E' \t\r\n') = '' THEN
        v_problems := v_problems || 'The stem is empty.'::text;
    END IF;
    IF v_kind = 'single' AND v_correct <> 1 THEN
        v_problems := v_problems || pg_catalog.format(
            'A single-choice question has exactly one correct choice; this one has %s.', v_correct);
    END IF;
    IF v_kind = 'multiple' AND v_correct < 1 THEN
        v_problems := v_problems
            || 'A multiple-choice question has at least one correct choice; this one has none.'::text;
    END IF;
    IF v_kind IN ('single', 'multiple') AND v_total < 2 THEN
        v_problems := v_problems || pg_catalog.format(
            'There must be at least two choices; there are %s.', v_total);
    END IF;
    IF v_kind = 'true_false' AND (v_total <> 2 OR v_correct <> 1) THEN
        v_problems := v_problems || pg_catalog.format(
            'A true/false question has exactly two choices, one of them correct; this one has %s, %s correct.',
            v_total, v_correct);
    END IF;
    IF v_kind IN ('short_answer', 'numeric') AND v_correct < 1 THEN
        v_problems := v_problems || 'At least one accepted answer is needed.'::text;
    END IF;
    IF v_kind = 'numeric' AND EXISTS (
        SELECT FROM pg_catalog.jsonb_array_elements(v_choices) AS c
        WHERE pg_catalog.btrim(c ->> 'text') !~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$'
    ) THEN
        v_problems := v_problems || 'Every answer of a numeric question is a number.'::text;
    END IF;
    IF v_kind = 'numeric' AND EXISTS (
        SELECT FROM pg_catalog.jsonb_array_elements(v_choices) AS c WHERE c ->> 'tolerance' IS NULL
    ) THEN
        v_problems := v_problems
            || 'Every answer of a numeric question has a tolerance (0 for exact).'::text;
    END IF;
    RETURN v_problems;
END;
$$;
