CREATE FUNCTION public.judge_answer(
    p_content jsonb,
    p_answer jsonb,
    OUT is_correct boolean,
    OUT choice_ids bigint[],
    OUT given_text text,
    OUT problem text
)
LANGUAGE plpgsql
IMMUTABLE PARALLEL SAFE
SET search_path = ''
AS $$
/*
Judge what a learner gave, {"choices": [id, …]} or {"text": "…"}, by a revision's content. What is no
answer to such a question has a problem, in words for a person, and no judgement.

    single, true_false   one choice, the right one
    multiple             all right choices and no other
    short_answer         an accepted spelling: case, width and white space do not count
    numeric              within the tolerance of an accepted number
*/
DECLARE
    v_kind text := p_content ->> 'kind';
    v_choices jsonb := p_content -> 'choices';
    v_given jsonb := p_answer -> 'choices';
    v_right bigint[];
    v_number numeric;
BEGIN
    IF v_kind IN ('single', 'true_false', 'multiple') THEN
        IF pg_catalog.jsonb_typeof(v_given) IS DISTINCT FROM 'array'
            OR pg_catalog.jsonb_array_length(v_given) = 0
        THEN
            problem := 'This question is answered with a list of choices.';
            RETURN;
        END IF;
        SELECT
            pg_catalog.array_agg((c ->> 'id')::bigint ORDER BY (c ->> 'id')::bigint)
                FILTER (WHERE v_given @> pg_catalog.jsonb_build_array(c -> 'id')),
            pg_catalog.array_agg((c ->> 'id')::bigint ORDER BY (c ->> 'id')::bigint)
                FILTER (WHERE (c ->> 'is_correct')::boolean)
        INTO choice_ids, v_right
        FROM pg_catalog.jsonb_array_elements(v_choices) AS c;
        IF COALESCE(pg_catalog.cardinality(choice_ids), 0)
            <> pg_catalog.jsonb_array_length(v_given)
        THEN
            choice_ids := NULL;
            problem := 'A choice is not one of this question, or is given twice.';
        ELSIF v_kind <> 'multiple' AND pg_catalog.cardinality(choice_ids) <> 1 THEN
            choice_ids := NULL;
            problem := 'This question has one choice as its answer.';
        ELSE
            is_correct := choice_ids = v_right;
        END IF;
        RETURN;
    END IF;

    IF pg_catalog.jsonb_typeof(p_answer -> 'text') IS DISTINCT FROM 'string'
        AND (v_kind <> 'numeric'
            OR pg_catalog.jsonb_typeof(p_answer -> 'text') IS DISTINCT FROM 'number')
    THEN
        problem := 'This question is answered with a text.';
        RETURN;
    END IF;
    given_text := p_answer ->> 'text';
    IF pg_catalog.length(given_text) > 1000 THEN
        problem := 'An answer has 1,000 characters at most.';
    ELSIF given_text !~ '[^[:space:]]' THEN
        problem := 'The answer is empty.';
    ELSIF v_kind = 'short_answer' THEN
        is_correct := EXISTS (
            SELECT FROM pg_catalog.jsonb_array_elements(v_choices) AS c
            WHERE (c ->> 'is_correct')::boolean
                AND public.normalize_stem(c ->> 'text') = public.normalize_stem(given_text)
        );
    ELSE
        -- A typographic minus is one.
        v_number := CASE
            WHEN pg_catalog.translate(pg_catalog.btrim(given_text), '−', '-')
                ~ '^[+-]?([0-9]{1,60}(\.[0-9]{0,60})?|\.[0-9]{1,60})([eE][+-]?[0-9]{1,3})?$'
            THEN pg_catalog.translate(pg_catalog.btrim(given_text), '−', '-')::numeric
        END;
        IF v_number IS NULL THEN
            problem := 'The answer is not a number, such as 12 or -0.5.';
        ELSE
            is_correct := EXISTS (
                SELECT FROM pg_catalog.jsonb_array_elements(v_choices) AS c
                WHERE (c ->> 'is_correct')::boolean
                    AND pg_catalog.abs(v_number - (c ->> 'text')::numeric)
                        <= COALESCE((c ->> 'tolerance')::numeric, 0)
            );
        END IF;
    END IF;
    IF problem IS NOT NULL THEN
        given_text := NULL;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.judge_answer(jsonb, jsonb) FROM PUBLIC;
