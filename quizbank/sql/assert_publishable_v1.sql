CREATE FUNCTION public.assert_publishable(p_content jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    v_problems text[] := public.question_problems(p_content);
BEGIN
    IF pg_catalog.cardinality(v_problems) > 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'Not published: ' || pg_catalog.array_to_string(v_problems, ' ');
    END IF;
END;
$$;
