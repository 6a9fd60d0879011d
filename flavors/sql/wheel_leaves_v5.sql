CREATE OR REPLACE FUNCTION public.wheel_leaves(
    p_user_id uuid, p_types text[], p_scope text, p_of text, p_limit integer
)
RETURNS TABLE (
    category_id bigint, subcategory_id bigint, term text, uses bigint, intensity numeric
)
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/*
What a wheel is made of, by term; a row without a term counts terms that are not told one by one. Of a
member, an item category or a large item by what is kept of the descriptors, of another item or a
tasting from the descriptors themselves.
Uses index: descriptor_of_item, …_once, member_inactive.
*/
BEGIN
    IF p_scope = 'universal' THEN
        RETURN QUERY SELECT * FROM public.universal_wheel_leaves(p_types, p_limit);
        RETURN;
    ELSIF p_scope = 'personal' THEN
        RETURN QUERY SELECT * FROM public.member_wheel_leaves(p_user_id, p_types);
        RETURN;
    ELSIF p_scope = 'category' AND p_user_id IS NULL THEN
        RETURN QUERY SELECT * FROM public.item_category_wheel_leaves(p_types, p_of, p_limit);
        RETURN;
    ELSIF p_scope = 'item' AND p_user_id IS NULL AND public.is_kept_item(p_of) THEN
        RETURN QUERY SELECT * FROM public.item_wheel_leaves(p_types, p_of, p_limit);
        RETURN;
    END IF;
    RETURN QUERY EXECUTE pg_catalog.format(
        $query$
        SELECT path.category_id, path.subcategory_id, t.display_text, sum(u.uses)::bigint,
            sum(u.intensities)::numeric / NULLIF(sum(u.rated), 0)
        FROM (%s) AS u
        JOIN public.flavor_terms AS raw ON raw.id = u.term_id
        JOIN public.flavor_terms AS t ON t.id = COALESCE(raw.canonical_id, raw.id)
        LEFT JOIN public.flavor_category_paths AS path ON path.id = t.category_id
        WHERE t.status <> 'rejected'
        GROUP BY path.category_id, path.subcategory_id, t.id
        $query$,
        CASE
            WHEN p_scope = 'category' THEN
                'SELECT r.term_id, r.uses, r.intensity_sum AS intensities,'
                ' r.intensity_count AS rated FROM public.descriptor_member_terms AS r'
                ' WHERE r.user_id = $1 AND r.item_category = $3 AND r.descriptor_type = ANY ($2)'
            ELSE
                'SELECT d.term_id, count(*) AS uses, sum(d.intensity) AS intensities,'
                ' count(d.intensity) AS rated FROM public.flavor_descriptors AS d'
                ' WHERE d.descriptor_type = ANY ($2) AND '
                || CASE p_scope WHEN 'item' THEN 'd.item_name = $3'
                    ELSE 'd.source_id = $3::uuid' END
                || CASE WHEN p_user_id IS NOT NULL THEN ' AND d.user_id = $1'
                    ELSE ' AND NOT EXISTS (SELECT FROM public.members AS m'
                        ' WHERE m.id = d.user_id AND NOT m.is_active)' END
                || ' GROUP BY d.term_id'
        END
    ) USING p_user_id, p_types, p_of;
END
$$;
