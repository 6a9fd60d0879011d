/* The sessions whose answers are in the archive: keep_archived_counts noted their marks. */
CREATE VIEW public.noted_sessions AS
SELECT k.session_id, k.revision_ids, k.marks, k.choices, k.times
FROM public.archived_session_marks AS k
JOIN public.archived_answer_months AS m ON m.month = k.month;

CREATE FUNCTION public.archived_marks(p_sessions uuid[])
RETURNS TABLE (
    session_id uuid, revision_id uuid, is_correct boolean, choice_ids bigint[], time_ms integer
)
LANGUAGE sql
STABLE
ROWS 1000000
SET search_path = ''
AS $$
    /* The answers of those of these sessions that are in the archive, as they were noted. */
    SELECT
        k.session_id, a.revision_id, a.is_correct,
        pg_catalog.string_to_array(a.choices, ',')::bigint[], a.time_ms
    -- Uses index: archived_session_marks_pkey.
    FROM public.noted_sessions AS k
    CROSS JOIN LATERAL ROWS FROM (
        pg_catalog.unnest(k.revision_ids), pg_catalog.unnest(k.marks),
        pg_catalog.unnest(k.choices), pg_catalog.unnest(k.times)
    ) AS a (revision_id, is_correct, choices, time_ms)
    WHERE k.session_id = ANY (p_sessions);
$$;
REVOKE ALL ON FUNCTION public.archived_marks(uuid[]) FROM PUBLIC;
