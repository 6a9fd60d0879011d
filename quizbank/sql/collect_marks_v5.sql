CREATE OR REPLACE FUNCTION public.collect_marks(p_revisions uuid[])
RETURNS integer
LANGUAGE plpgsql
SET search_path = ''
SET work_mem = '128MB'
-- Other tables than those of group_marks, which calls it: without a sort, an index of sessions would
-- be followed all over their rows.
SET enable_nestloop = on
SET enable_mergejoin = on
SET enable_sort = on
SET jit = off
SET parallel_tuple_cost = 0.01
AS $$
/*
Makes the table met_marks, all answers of the completed sessions that met any of these revisions, in
the archive or not, and returns how many sessions those are: session counts them in the order of
their keys; mark is x, 1 for a right answer, else 0. It is no temporary table, for these no parallel
worker reads; whoever makes it drops it. Workers read for CREATE TABLE AS, not for INSERT.
*/
DECLARE
    v_sessions integer;
BEGIN
    IF pg_catalog.cardinality(p_revisions) > 20 THEN
        -- Most of an exam: what sessions say of themselves is read faster than their answers.
        CREATE UNLOGGED TABLE public.met_sessions AS
        SELECT
            m.id AS session_id, pg_catalog.row_number() OVER (ORDER BY m.id)::integer AS session,
            NULL::boolean AS is_noted
        FROM (
            -- Not as a subselect of each session: that one no worker would run.
            SELECT DISTINCT asked.id
            FROM (
                SELECT s.id, pg_catalog.unnest(s.revision_ids) AS revision_id
                FROM public.all_quiz_sessions AS s WHERE s.status = 'completed'
            ) AS asked
            WHERE asked.revision_id IN (SELECT pg_catalog.unnest(p_revisions))
        ) AS m;
    ELSE
        -- Uses index: answer_of_question, archived_marks_of_revision.
        CREATE UNLOGGED TABLE public.met_sessions AS
        SELECT
            s.id AS session_id, pg_catalog.row_number() OVER (ORDER BY s.id)::integer AS session,
            NULL::boolean AS is_noted
        FROM public.all_quiz_sessions AS s
        WHERE s.status = 'completed' AND s.id IN (
            SELECT a.session_id
            FROM public.question_revisions AS r
            JOIN public.answers AS a ON a.question_id = r.question_id AND a.revision_id = r.id
            WHERE r.id = ANY (p_revisions)
            UNION ALL
            SELECT k.session_id FROM public.noted_sessions AS k
            WHERE k.revision_ids && p_revisions
        );
    END IF;
    UPDATE public.met_sessions AS m SET is_noted = true
    FROM public.noted_sessions AS k WHERE k.session_id = m.session_id;
    ANALYZE public.met_sessions;
    CREATE UNLOGGED TABLE public.met_marks AS
    SELECT
        m.session, a.revision_id, (a.is_correct IS TRUE)::integer AS mark, a.choice_ids, a.time_ms
    FROM public.met_sessions AS m JOIN public.answers AS a USING (session_id)
    WHERE m.is_noted IS NULL;
    INSERT INTO public.met_marks
    SELECT m.session, a.revision_id, (a.is_correct IS TRUE)::integer, a.choice_ids, a.time_ms
    FROM public.archived_marks(ARRAY(
        SELECT n.session_id FROM public.met_sessions AS n WHERE n.is_noted
    )) AS a
    JOIN public.met_sessions AS m USING (session_id);
    SELECT pg_catalog.count(*) INTO v_sessions FROM public.met_sessions;
    DROP TABLE public.met_sessions;
    RETURN v_sessions;
END
$$;
REVOKE ALL ON FUNCTION public.collect_marks(uuid[]) FROM PUBLIC;
