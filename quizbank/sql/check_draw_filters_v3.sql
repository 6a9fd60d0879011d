CREATE OR REPLACE FUNCTION public.check_draw_filters(p_pattern text, p_filters jsonb)
RETURNS void
LANGUAGE plpgsql
IMMUTABLE
SET search_path = ''
AS $$
/* Raises for a filter that draw_questions() does not know, or whose value it cannot read. */
DECLARE
    v_name text;
    v_value jsonb;
BEGIN
    IF pg_catalog.jsonb_typeof(p_filters) <> 'object' THEN
        RAISE EXCEPTION 'Filters are an object, such as {"topic": 1}.'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF (p_pattern = 'chosen') IS DISTINCT FROM
        COALESCE(pg_catalog.jsonb_typeof(p_filters -> 'questions') = 'array', false)
    THEN
        RAISE EXCEPTION 'Questions are listed for the pattern “chosen”, and for no other.'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF p_pattern = 'chosen' AND (
        -- As draw_questions() reads them: a key can be spelled in several ways.
        SELECT pg_catalog.count(*) > pg_catalog.count(DISTINCT CASE
            WHEN pg_catalog.pg_input_is_valid(each.q, 'uuid') THEN each.q::uuid::text
            ELSE COALESCE(each.q, '')
        END)
        FROM pg_catalog.jsonb_array_elements_text(p_filters -> 'questions') AS each (q)
    ) THEN
        RAISE EXCEPTION 'A question is chosen once.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR v_name, v_value IN SELECT * FROM pg_catalog.jsonb_each(p_filters) LOOP
        IF v_name IN ('exam', 'system', 'topic', 'subject') THEN
            IF v_value::text !~ '^[0-9]{1,18}$' THEN
                RAISE EXCEPTION 'The filter “%” is the number of a row.', v_name
                    USING ERRCODE = 'invalid_parameter_value';
            END IF;
        ELSIF v_name = 'difficulty' THEN
            IF v_value NOT IN ('"easy"', '"medium"', '"hard"') THEN
                RAISE EXCEPTION 'A difficulty is easy, medium or hard.'
                    USING ERRCODE = 'invalid_parameter_value';
            END IF;
        ELSIF v_name <> 'questions' THEN
            RAISE EXCEPTION 'There is no filter “%”.', v_name
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END LOOP;
END
$$;
