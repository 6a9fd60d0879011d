CREATE FUNCTION public.descriptor_problem(p_descriptor jsonb)
RETURNS text
LANGUAGE plpgsql
IMMUTABLE
SET search_path = ''
AS $$
/* Why an element of a batch cannot be a descriptor; NULL if it can. */
DECLARE
    v_text text := p_descriptor ->> 'descriptor_text';
    v_key text;
BEGIN
    IF pg_catalog.jsonb_typeof(p_descriptor) IS DISTINCT FROM 'object' THEN
        RETURN 'A descriptor is an object.';
    END IF;
    IF pg_catalog.jsonb_typeof(p_descriptor -> 'descriptor_text') IS DISTINCT FROM 'string'
        OR public.normalize_descriptor_text(v_text) = ''
    THEN
        RETURN 'descriptor_text needs a letter or a digit.';
    ELSIF pg_catalog.length(v_text) > 500
        OR pg_catalog.octet_length(public.normalize_descriptor_text(v_text)) > 2000
    THEN
        RETURN 'descriptor_text has 500 characters at most.';
    END IF;
    IF COALESCE(p_descriptor ->> 'descriptor_type', '') <> ALL (ARRAY[
        'aroma', 'flavor', 'texture', 'defect', 'metaphor', 'mouthfeel'
    ]) THEN
        RETURN 'descriptor_type is aroma, flavor, texture, defect, metaphor or mouthfeel.';
    END IF;
    FOREACH v_key IN ARRAY ARRAY['item_name', 'item_category', 'extraction_model'] LOOP
        IF pg_catalog.length(p_descriptor ->> v_key)
            > (CASE v_key WHEN 'item_name' THEN 200 ELSE 100 END)
        THEN
            RETURN v_key || ' is too long.';
        END IF;
    END LOOP;
    IF p_descriptor ->> 'intensity' !~ '^[1-5]$' THEN
        RETURN 'intensity is 1 to 5.';
    ELSIF p_descriptor ->> 'confidence_score' !~ '^(0(\.[0-9]+)?|1(\.0+)?)$' THEN
        RETURN 'confidence_score is 0 to 1.';
    ELSIF p_descriptor ->> 'ai_extracted' NOT IN ('true', 'false') THEN
        RETURN 'ai_extracted is true or false.';
    ELSIF p_descriptor ->> 'extraction_model' IS NOT NULL
        AND (p_descriptor ->> 'ai_extracted') IS DISTINCT FROM 'true'
    THEN
        RETURN 'A model is named only for what AI extracted.';
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.descriptor_problem(jsonb) FROM PUBLIC;

CREATE FUNCTION public.batch_insert_descriptors(
    p_descriptors jsonb, p_user_id uuid, p_source_type text, p_source_id uuid DEFAULT NULL
)
RETURNS TABLE (inserted integer, duplicate integer, error integer, errors jsonb)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
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
    v_judged jsonb[];
    v_texts text[];
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

    SELECT
        pg_catalog.array_agg(each.d ORDER BY each.n) FILTER (WHERE problem IS NULL),
        pg_catalog.array_agg(each.d ->> 'descriptor_text' ORDER BY each.n)
            FILTER (WHERE problem IS NULL),
        COALESCE(
            pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object('place', each.n, 'reason', problem) ORDER BY each.n
            ) FILTER (WHERE problem IS NOT NULL),
            '[]'
        )
    INTO v_judged, v_texts, errors
    FROM pg_catalog.jsonb_array_elements(p_descriptors) WITH ORDINALITY AS each (d, n)
    CROSS JOIN LATERAL (
        SELECT COALESCE(
            public.descriptor_problem(each.d),
            CASE WHEN p_source_id IS NOT NULL AND (
                public.normalize_descriptor_text(each.d ->> 'descriptor_text'),
                each.d ->> 'descriptor_type'
            ) IN (
                SELECT d.normalized_form, d.descriptor_type FROM public.flavor_descriptors AS d
                WHERE d.source_id = p_source_id AND d.source_type = p_source_type
                    AND d.user_id <> p_user_id
            ) THEN 'Another member noted this of the same source.' END
        ) AS problem
    ) AS judged;
    error := pg_catalog.jsonb_array_length(errors);

    WITH terms AS MATERIALIZED (
        SELECT t.normalized_form, t.term_id FROM public.ensure_flavor_terms(v_texts) AS t
    ), fresh AS (
        SELECT each.d, each.n, t.term_id, pg_catalog.row_number() OVER (
            PARTITION BY t.term_id, each.d ->> 'descriptor_type' ORDER BY each.n
        ) AS time
        FROM pg_catalog.unnest(v_judged) WITH ORDINALITY AS each (d, n)
        JOIN terms AS t
            ON t.normalized_form = public.normalize_descriptor_text(each.d ->> 'descriptor_text')
    )
    INSERT INTO public.flavor_descriptors (
        term_id, user_id, source_type, source_id, descriptor_text, descriptor_type, intensity,
        confidence_score, item_name, item_category, ai_extracted, extraction_model
    )
    SELECT
        f.term_id, p_user_id, p_source_type, p_source_id, f.d ->> 'descriptor_text',
        f.d ->> 'descriptor_type', (f.d ->> 'intensity')::smallint,
        pg_catalog.round((f.d ->> 'confidence_score')::numeric, 3),
        COALESCE(f.d ->> 'item_name', ''), COALESCE(f.d ->> 'item_category', ''),
        COALESCE((f.d ->> 'ai_extracted')::boolean, false), f.d ->> 'extraction_model'
    FROM fresh AS f
    WHERE p_source_id IS NULL OR f.time = 1 AND (f.term_id, f.d ->> 'descriptor_type') NOT IN (
        SELECT d.term_id, d.descriptor_type FROM public.flavor_descriptors AS d
        WHERE d.source_id = p_source_id AND d.source_type = p_source_type
    )
    ORDER BY f.n
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS inserted = ROW_COUNT;
    duplicate := v_given - error - inserted;
    RETURN NEXT;
END
$$;
REVOKE ALL ON FUNCTION public.batch_insert_descriptors(jsonb, uuid, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.batch_insert_descriptors(jsonb, uuid, text, uuid)
    TO steward_member;
