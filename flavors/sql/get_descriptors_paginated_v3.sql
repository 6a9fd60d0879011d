CREATE OR REPLACE FUNCTION public.get_descriptors_paginated(
    p_user_id uuid DEFAULT NULL,
    p_type text DEFAULT NULL,
    p_category text DEFAULT NULL,
    p_cursor_id uuid DEFAULT NULL,
    p_cursor_ts timestamptz DEFAULT NULL,
    p_limit integer DEFAULT 50,
    p_direction text DEFAULT 'forward'
)
RETURNS TABLE (
    id uuid, created_at timestamptz, user_id uuid, descriptor_text text, descriptor_type text,
    term text, category text, subcategory text, intensity smallint, item_name text,
    item_category text, source_type text, source_id uuid, confidence_score numeric,
    ai_extracted boolean, has_more boolean
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/*
A page of descriptors, the newest first. Forward: older than the cursor, which is the last row of the
page before, or a moment; backward: newer than it. Without a cursor the newest, or backward the
oldest. `has_more` says whether there are further ones in this direction.

A category is meant by its name, with all below it. The key is time-ordered: the cursor is a range of
it, and partitions outside of the page are not read. To plan for all of them takes longer than to read
a page: a hundred days next to the cursor are looked at first.
Uses index: descriptor_of_member with a member, else the primary key.
*/
DECLARE
    v_forward boolean := p_direction = 'forward';
    v_cursor uuid;
    v_moment timestamptz;
    v_filter text;
    v_last uuid;
    v_categories bigint[];
BEGIN
    PERFORM public.assert_acts_for(p_user_id);
    PERFORM public.assert_descriptor_type(p_type);
    PERFORM public.assert_in_range('p_limit', p_limit, 1, 1000);
    PERFORM public.assert_one_of(
        'p_direction', COALESCE(p_direction, ''), ARRAY['forward', 'backward']
    );
    IF pg_catalog.uuid_extract_version(p_cursor_id) <> 7 THEN
        RAISE EXCEPTION 'p_cursor_id is the id of no descriptor.'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF p_cursor_ts NOT BETWEEN '1970-01-01 00:00+00' AND '9999-12-31 00:00+00' THEN
        RAISE EXCEPTION 'p_cursor_ts is a moment of the years 1970 to 9999, not %.', p_cursor_ts
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF pg_catalog.abs(EXTRACT(
        epoch FROM pg_catalog.uuid_extract_timestamp(p_cursor_id) - p_cursor_ts
    )) > 0.001 THEN
        RAISE EXCEPTION 'p_cursor_id and p_cursor_ts are of different rows.'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v_cursor := COALESCE(p_cursor_id, public.uuid_floor(p_cursor_ts));
    v_moment := pg_catalog.uuid_extract_timestamp(v_cursor);
    v_categories := public.flavor_categories_named(p_category);
    v_filter := pg_catalog.concat(
        CASE WHEN p_user_id IS NOT NULL THEN ' AND d.user_id = $1' END,
        CASE WHEN p_type IS NOT NULL THEN ' AND d.descriptor_type = $2' END,
        CASE WHEN p_category IS NOT NULL THEN
            ' AND EXISTS (SELECT FROM public.flavor_terms AS raw JOIN public.flavor_terms AS t'
            ' ON t.id = COALESCE(raw.canonical_id, raw.id)'
            ' WHERE raw.id = d.term_id AND t.category_id = ANY ($3))'
        END,
        CASE WHEN v_cursor IS NOT NULL THEN
            ' AND d.id ' || CASE WHEN v_forward THEN '<' WHEN p_cursor_id IS NULL THEN '>='
                ELSE '>' END || ' $4'
        END
    );
    IF v_forward OR v_cursor IS NOT NULL THEN
        EXECUTE pg_catalog.format(
            'SELECT d.id FROM public.flavor_descriptors AS d WHERE d.id %s $6%s'
            ' ORDER BY d.id %s OFFSET $5 LIMIT 1',
            CASE WHEN v_forward THEN '>=' ELSE '<' END,
            v_filter,
            CASE WHEN v_forward THEN 'DESC' ELSE 'ASC' END
        )
        INTO v_last
        USING p_user_id, p_type, v_categories, v_cursor, p_limit, public.uuid_floor(
            greatest(
                '1970-01-01 00:00+00', COALESCE(v_moment, pg_catalog.now())
                    + CASE WHEN v_forward THEN -1 ELSE 1 END * interval '100 days'
            )
        );
    END IF;
    RETURN QUERY EXECUTE pg_catalog.format(
        $query$
        WITH page AS MATERIALIZED (
            SELECT d.* FROM public.flavor_descriptors AS d
            WHERE true%s%s
            ORDER BY d.id %s
            LIMIT $5 + 1
        )
        SELECT p.id, p.created_at, p.user_id, p.descriptor_text, p.descriptor_type,
            t.display_text, path.category, path.subcategory, p.intensity, p.item_name,
            p.item_category, p.source_type, p.source_id, p.confidence_score, p.ai_extracted,
            (SELECT count(*) > $5 FROM page)
        FROM (SELECT * FROM page AS p ORDER BY p.id %s LIMIT $5) AS p
        JOIN public.flavor_terms AS raw ON raw.id = p.term_id
        JOIN public.flavor_terms AS t ON t.id = COALESCE(raw.canonical_id, raw.id)
        LEFT JOIN public.flavor_category_paths AS path ON path.id = t.category_id
        ORDER BY p.id DESC
        $query$,
        v_filter,
        CASE WHEN v_last IS NOT NULL THEN
            ' AND d.id ' || CASE WHEN v_forward THEN '>=' ELSE '<=' END || ' $6'
        END,
        CASE WHEN v_forward THEN 'DESC' ELSE 'ASC' END,
        CASE WHEN v_forward THEN 'DESC' ELSE 'ASC' END
    ) USING p_user_id, p_type, v_categories, v_cursor, p_limit, v_last;
END
$$;
