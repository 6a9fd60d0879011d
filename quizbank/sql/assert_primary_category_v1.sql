CREATE FUNCTION public.assert_primary_category(p_question uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.question_categories WHERE question_id = p_question)
    AND NOT EXISTS (
        SELECT FROM public.question_categories WHERE question_id = p_question AND is_primary
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'One of the question''s categories must be its primary one.';
    END IF;
END;
$$;
