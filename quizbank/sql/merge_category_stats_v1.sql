CREATE FUNCTION public.merge_category_stats(p_stats jsonb, p_added jsonb)
RETURNS jsonb
LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* {code: {"answered", "correct", "accuracy"}} with the counts of {code: {"answered", "correct"}}
       added to it; the accuracy in percent, to two digits. */
    SELECT p_stats || COALESCE(pg_catalog.jsonb_object_agg(
        added.key,
        pg_catalog.jsonb_build_object(
            'answered', sum.answered,
            'correct', sum.correct,
            'accuracy', pg_catalog.round(100.0 * sum.correct / sum.answered, 2)
        )
    ), '{}')
    FROM pg_catalog.jsonb_each(p_added) AS added
    CROSS JOIN LATERAL (
        SELECT
            COALESCE((p_stats -> added.key ->> 'answered')::bigint, 0)
                + (added.value ->> 'answered')::bigint AS answered,
            COALESCE((p_stats -> added.key ->> 'correct')::bigint, 0)
                + (added.value ->> 'correct')::bigint AS correct
    ) AS sum;
END;
