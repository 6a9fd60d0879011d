CREATE FUNCTION public.refresh_item_statistics(p_revisions uuid[], p_least integer DEFAULT 20)
RETURNS integer
LANGUAGE plpgsql
-- The history's triggers on questions name what they call without a schema.
SET search_path = public, pg_temp
AS $$
/*
compute_item_statistics, and then the figures in the list of questions: those of the published
revision. One at a time, whoever asks; a repetition writes no question that is right already.
*/
DECLARE
    v_found integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('refresh_item_statistics'));
    v_found := compute_item_statistics(p_revisions, p_least);
    -- In the order of the keys, as the intake takes them.
    PERFORM FROM questions
    WHERE published_revision_id = ANY (p_revisions) ORDER BY id FOR NO KEY UPDATE;
    UPDATE questions AS q
    SET item_learners = COALESCE(s.n, 0),
        item_facility = s.facility,
        item_discrimination = s.discrimination,
        item_flags = COALESCE(s.flags, '{}')
    FROM unnest(p_revisions) AS r (id)
    LEFT JOIN item_statistics AS s ON s.revision_id = r.id
    WHERE q.published_revision_id = r.id
        AND (q.item_learners, q.item_facility, q.item_discrimination, q.item_flags)
            IS DISTINCT FROM
            (COALESCE(s.n, 0), s.facility, s.discrimination, COALESCE(s.flags, '{}'));
    RETURN v_found;
END
$$;
REVOKE ALL ON FUNCTION public.refresh_item_statistics(uuid[], integer) FROM PUBLIC;
