CREATE FUNCTION public.show_success_rates(p_questions uuid[] DEFAULT NULL)
RETURNS integer
LANGUAGE plpgsql
-- The history's triggers on questions name what they call without a schema.
SET search_path = public, pg_temp
AS $$
/*
Bring questions.success_rate, by which questions are sorted and drawn, after question_difficulty;
NULL: of all questions. Returns how many changed. Half a percent is let go: a write of such a wide
row costs more than that tells, and a question with many answers would be written by each of them.
*/
DECLARE
    v_stale uuid[];
    v_changed integer;
BEGIN
    v_stale := ARRAY(
        SELECT q.id
        FROM question_difficulty AS d
        JOIN questions AS q ON q.id = d.question_id
        WHERE (p_questions IS NULL OR d.question_id = ANY (p_questions))
            AND ((q.success_rate IS NULL) <> (d.success_rate IS NULL)
                OR abs(q.success_rate - d.success_rate) > 0.5
                OR (q.success_rate < 40) <> (d.success_rate < 40)
                OR (q.success_rate > 70) <> (d.success_rate > 70))
    );
    IF v_stale = '{}' THEN
        RETURN 0;
    END IF;
    -- In the order of the keys, as the intake takes them.
    PERFORM FROM questions WHERE id = ANY (v_stale) ORDER BY id FOR NO KEY UPDATE;
    UPDATE questions AS q SET success_rate = d.success_rate
    FROM question_difficulty AS d
    WHERE q.id = ANY (v_stale) AND d.question_id = q.id;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    RETURN v_changed;
END
$$;
REVOKE ALL ON FUNCTION public.show_success_rates(uuid[]) FROM PUBLIC;
