CREATE FUNCTION public.mark_answered(p_questions uuid[])
RETURNS void
LANGUAGE plpgsql
-- The history's triggers on questions name what they call without a schema.
SET search_path = public, pg_temp
AS $$
/*
From the first answer on, a question can't be deleted. Writes only where that is news, so that no
row of a popular question is touched by each of its answers; in the order of the keys, so that two
batches never wait for each other.
*/
BEGIN
    IF EXISTS (
        SELECT FROM public.questions WHERE id = ANY (p_questions) AND NOT answered
    ) THEN
        PERFORM FROM public.questions
        WHERE id = ANY (p_questions) AND NOT answered ORDER BY id FOR NO KEY UPDATE;
        UPDATE public.questions SET answered = true
        WHERE id = ANY (p_questions) AND NOT answered;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.mark_answered(uuid[]) FROM PUBLIC;
