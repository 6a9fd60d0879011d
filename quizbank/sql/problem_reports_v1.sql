ALTER TABLE public.problem_reports
    ADD CONSTRAINT report_meets_revision_of_question FOREIGN KEY (revision_id, question_id)
        REFERENCES public.question_revisions (id, question_id) ON DELETE CASCADE,
    ADD CONSTRAINT report_is_fixed_by_revision_of_question FOREIGN KEY (fixed_by_id, question_id)
        REFERENCES public.question_revisions (id, question_id) ON DELETE CASCADE;

CREATE FUNCTION public.meet_published_revision()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Before a report is made: without a revision it is of the published one, which learners may not look
up. Nothing new about who is erased; the lock waits for an erasure that is under way.
*/
BEGIN
    PERFORM FROM public.members WHERE id = NEW.reporter_id FOR KEY SHARE;
    IF EXISTS (SELECT FROM public.erased_members WHERE id = NEW.reporter_id) THEN
        RAISE EXCEPTION 'This member is erased.' USING ERRCODE = 'check_violation';
    END IF;
    NEW.revision_id := COALESCE(NEW.revision_id, (
        SELECT q.published_revision_id FROM public.questions AS q WHERE q.id = NEW.question_id
    ));
    IF NEW.revision_id IS NULL THEN
        RAISE EXCEPTION 'No published question has this id.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION public.meet_published_revision() FROM PUBLIC;
CREATE TRIGGER meet_published_revision BEFORE INSERT ON public.problem_reports
    FOR EACH ROW EXECUTE FUNCTION public.meet_published_revision();

ALTER TABLE public.problem_reports ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY staff_all ON public.problem_reports TO steward_owner USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON public.problem_reports FOR SELECT TO steward_member
    USING (reporter_id = (SELECT public.current_member_id()));
-- Under the name of seed 002.
CREATE POLICY problem_reports_insert ON public.problem_reports FOR INSERT TO steward_member
    WITH CHECK (reporter_id = (SELECT public.current_member_id()));
-- Not who reviewed it. State, answer and fix are the staff's.
GRANT SELECT (
    id, created_at, question_id, revision_id, reporter_id, reason, description, state,
    admin_comment, resolved_at, fixed_by_id
) ON public.problem_reports TO steward_member;
GRANT INSERT (question_id, revision_id, reporter_id, reason, description)
    ON public.problem_reports TO steward_member;
