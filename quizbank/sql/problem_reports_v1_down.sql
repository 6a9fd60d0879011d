REVOKE ALL ON public.problem_reports FROM steward_member;
DROP POLICY problem_reports_insert ON public.problem_reports;
DROP POLICY own_rows ON public.problem_reports;
DROP POLICY staff_all ON public.problem_reports;
ALTER TABLE public.problem_reports NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
DROP TRIGGER meet_published_revision ON public.problem_reports;
DROP FUNCTION public.meet_published_revision();
ALTER TABLE public.problem_reports
    DROP CONSTRAINT report_is_fixed_by_revision_of_question,
    DROP CONSTRAINT report_meets_revision_of_question;
