CREATE OR REPLACE FUNCTION public.find_duplicate_descriptors(
    p_user_id uuid, p_threshold real DEFAULT 0.8, p_limit integer DEFAULT 100
)
RETURNS TABLE (
    descriptor1_id bigint, descriptor1_text text, descriptor1_uses bigint,
    descriptor2_id bigint, descriptor2_text text, descriptor2_uses bigint,
    similarity real
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Pairs of a member's terms whose forms are alike (pg_trgm's similarity, p_threshold and more), the
more used one first: by likeness times uses. Not those that were merged into one, nor dismissed.

Exact without comparing all with all: of two sets of trigrams that share the part t of their union,
those of the n trigrams of the one that are rarest have one in common with the other's, for n = the
trigrams less ⌈t · trigrams⌉, plus one (prefix filtering, Chaudhuri, Ganti & Kaushik 2006).
*/
BEGIN
    PERFORM public.assert_acts_for(p_user_id);
    PERFORM public.assert_in_range('p_threshold', p_threshold::numeric, 0.3, 1);
    PERFORM public.assert_in_range('p_limit', p_limit, 1, 10000);
    RETURN QUERY
        WITH mine AS MATERIALIZED (
            SELECT t.id, t.display_text, t.normalized_form AS form, u.uses,
                public.show_trgm(t.normalized_form) AS trigrams
            FROM (
                SELECT COALESCE(raw.canonical_id, raw.id) AS id, sum(r.uses)::bigint AS uses
                FROM public.descriptor_member_terms AS r
                JOIN public.flavor_terms AS raw ON raw.id = r.term_id
                WHERE r.user_id = p_user_id
                GROUP BY 1
            ) AS u
            JOIN public.flavor_terms AS t ON t.id = u.id
        ),
        parts AS MATERIALIZED (
            SELECT m.id, trigram, count(*) OVER (PARTITION BY trigram) AS holders,
                pg_catalog.cardinality(m.trigrams) AS size
            FROM mine AS m CROSS JOIN pg_catalog.unnest(m.trigrams) AS trigram
        ),
        rarest AS MATERIALIZED (
            SELECT p.id, p.trigram, p.size FROM (
                SELECT p.*, pg_catalog.row_number() OVER (
                    PARTITION BY p.id ORDER BY p.holders, p.trigram
                ) AS place
                FROM parts AS p
            ) AS p
            WHERE p.place <= p.size - ceil(p_threshold::numeric * p.size) + 1 AND p.holders > 1
        ),
        pairs AS (
            SELECT DISTINCT one.id AS one, other.id AS other
            FROM rarest AS one
            JOIN rarest AS other ON other.trigram = one.trigram AND other.id > one.id
                AND LEAST(one.size, other.size)
                    >= p_threshold::numeric * GREATEST(one.size, other.size)
        ),
        alike AS (
            SELECT a.*, b.id AS other_id, b.display_text AS other_text, b.uses AS other_uses,
                public.similarity(a.form, b.form) AS much
            FROM pairs AS p JOIN mine AS a ON a.id = p.one JOIN mine AS b ON b.id = p.other
        )
        SELECT
            CASE WHEN a.uses >= a.other_uses THEN a.id ELSE a.other_id END,
            CASE WHEN a.uses >= a.other_uses THEN a.display_text ELSE a.other_text END,
            GREATEST(a.uses, a.other_uses),
            CASE WHEN a.uses >= a.other_uses THEN a.other_id ELSE a.id END,
            CASE WHEN a.uses >= a.other_uses THEN a.other_text ELSE a.display_text END,
            LEAST(a.uses, a.other_uses),
            a.much
        FROM alike AS a
        WHERE a.much >= p_threshold AND NOT EXISTS (
            SELECT FROM public.term_dismissals AS d
            WHERE d.first_id = a.id AND d.second_id = a.other_id
        )
        ORDER BY (a.uses + a.other_uses) * a.much DESC, a.id, a.other_id
        LIMIT p_limit;
END
$$;
