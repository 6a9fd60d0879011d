CREATE OR REPLACE FUNCTION public.batch_insert_descriptors(
    p_descriptors jsonb, p_user_id uuid, p_source_type text, p_source_id uuid DEFAULT NULL
)
RETURNS TABLE (inserted integer, duplicate integer, error integer, errors jsonb)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
-- To plan for all partitions takes longer than to write a hundred rows.
SET plan_cache_mode = force_generic_plan
AS $$
/*
Write up to 10,000 descriptors of a member and of one source: [{"descriptor_text",
"descriptor_type", "intensity", "confidence_score", "item_name", "item_category", "ai_extracted",
"extraction_model"}]. `errors` says for each that was left out by an error its place in the list,
from 1, and why. What the member noted of the source already, in whatever month, is a duplicate;
without a source nothing is.

Locks, always in this order: the source, the member, new terms by their form. So batches wait for
each other and do not deadlock; one transaction with several batches makes the terms of all of them
first, by ensure_flavor_terms().
Uses index: flavor_descriptors_…_once.
*/
DECLARE
    v_given integer;
BEGIN
    PERFORM public.assert_acts_for(p_user_id);
    PERFORM public.assert_one_of('p_source_type', COALESCE(p_source_type, ''), ARRAY[
        'quick_tasting', 'quick_review', 'prose_review', 'study_session'
    ]);
    IF pg_catalog.jsonb_typeof(p_descriptors) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION 'Descriptors come as a list.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v_given := pg_catalog.jsonb_array_length(p_descriptors);
    PERFORM public.assert_in_range('The number of descriptors', v_given, 0, 10000);
    IF p_source_id IS NOT NULL THEN
        PERFORM pg_catalog.pg_advisory_xact_lock(
            pg_catalog.hashtextextended(p_source_type || ':' || p_source_id, 6)
        );
    END IF;
    PERFORM FROM public.members WHERE id = p_user_id FOR KEY SHARE;

    WITH given AS MATERIALIZED (
        SELECT each.d, each.n, each.d ->> 'descriptor_text' AS text,
            each.d ->> 'descriptor_type' AS type, each.d ->> 'ai_extracted' AS ai,
            CASE
                WHEN pg_catalog.jsonb_typeof(each.d -> 'descriptor_text') = 'string'
                    AND pg_catalog.length(each.d ->> 'descriptor_text') <= 500
                THEN public.normalize_descriptor_text(each.d ->> 'descriptor_text')
            END COLLATE "C" AS form
        FROM pg_catalog.jsonb_array_elements(p_descriptors) WITH ORDINALITY AS each (d, n)
    ), noted AS MATERIALIZED (
        SELECT d.normalized_form AS form, d.descriptor_type AS type,
            pg_catalog.bool_or(d.user_id <> p_user_id) AS by_another
        FROM public.flavor_descriptors AS d
        WHERE d.source_id = p_source_id AND d.source_type = p_source_type
        GROUP BY 1, 2
    ), judged AS MATERIALIZED (
        SELECT g.*, noted.form IS NOT NULL AS is_noted, COALESCE(
            public.descriptor_problem(g.d, g.text, g.form, g.type, g.ai),
            CASE WHEN noted.by_another THEN 'Another member noted this of the same source.' END
        ) AS problem
        FROM given AS g LEFT JOIN noted ON noted.form = g.form AND noted.type = g.type
    ), fresh AS MATERIALIZED (
        SELECT j.*, pg_catalog.row_number() OVER (PARTITION BY j.form, j.type ORDER BY j.n) AS time
        FROM judged AS j
        WHERE j.problem IS NULL AND NOT j.is_noted
    ), terms AS MATERIALIZED (
        SELECT made.normalized_form, made.term_id
        FROM (
            SELECT pg_catalog.array_agg(each.form), pg_catalog.array_agg(each.spelling)
            FROM (
                SELECT DISTINCT ON (f.form) f.form, pg_catalog.btrim(f.text) FROM fresh AS f
                ORDER BY f.form, f.n
            ) AS each (form, spelling)
        ) AS given (forms, spellings)
        CROSS JOIN LATERAL public.ensure_terms_of_forms(given.forms, given.spellings) AS made
    ), written AS (
        INSERT INTO public.flavor_descriptors (
            term_id, user_id, source_type, source_id, descriptor_text, descriptor_type, intensity,
            confidence_score, item_name, item_category, ai_extracted, extraction_model
        )
        SELECT
            t.term_id, p_user_id, p_source_type, p_source_id, f.text, f.type,
            (f.d ->> 'intensity')::smallint,
            pg_catalog.round((f.d ->> 'confidence_score')::numeric, 3),
            COALESCE(f.d ->> 'item_name', ''), COALESCE(f.d ->> 'item_category', ''),
            COALESCE(f.ai::boolean, false), f.d ->> 'extraction_model'
        FROM fresh AS f JOIN terms AS t ON t.normalized_form = f.form
        WHERE p_source_id IS NULL OR f.time = 1
        ORDER BY f.n
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM written), count(*), COALESCE(
        pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object('place', j.n, 'reason', j.problem) ORDER BY j.n
        ),
        '[]'
    )
    INTO inserted, error, errors
    FROM judged AS j WHERE j.problem IS NOT NULL;
    duplicate := v_given - error - inserted;
    RETURN NEXT;
END
$$;
