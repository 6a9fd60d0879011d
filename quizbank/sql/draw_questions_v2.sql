CREATE FUNCTION public.draw_questions(
    p_member uuid, p_pattern text, p_filters jsonb, p_count integer
)
RETURNS TABLE (question_id uuid, revision_id uuid)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
At most p_count published questions, in the order in which they are to be met. p_filters:
{"exam", "system", "topic", "subject": id, "difficulty": "easy", "questions": [key, …]}.

    filter        any that match
    adaptive      those that 40 to 70 percent of the answers got right, moving with the member
    weak_areas    topics in which the member's own answers are under 60 percent right
    chosen        "questions", in their order

Without repeats, those that the member has not met lately first, the least used first: see
explain_draw, which says why each was drawn, and draw_shortage, why they are fewer than p_count.
*/
BEGIN
    RETURN QUERY
        SELECT d.question_id, d.revision_id
        FROM public.explain_draw(p_member, p_pattern, p_filters, p_count) AS d;
END
$$;
REVOKE ALL ON FUNCTION public.draw_questions(uuid, text, jsonb, integer) FROM PUBLIC;
