/* Members draw active questions, and read neither answers nor explanations. */
ALTER TABLE public.lightning_round_questions
    ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY staff_all ON public.lightning_round_questions TO steward_owner
    USING (true) WITH CHECK (true);
CREATE POLICY active_questions ON public.lightning_round_questions FOR SELECT TO steward_member
    USING (is_active);
GRANT SELECT (id, question, question_type, difficulty)
    ON public.lightning_round_questions TO steward_member;
