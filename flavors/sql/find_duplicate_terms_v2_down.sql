CREATE FUNCTION public.without_letters(p_text text, p_letters integer)
RETURNS SETOF bigint
LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
AS $$
    /* Hashes of the text and of all that is left of it without one letter, or without two: texts that
       are that many edits apart have one in common (Garbe's symmetric deletes). */
    SELECT pg_catalog.hashtextextended(p_text, 0)
    UNION
    SELECT pg_catalog.hashtextextended(
        pg_catalog.overlay(p_text, '', i, 1), 0
    )
    FROM pg_catalog.generate_series(1, pg_catalog.length(p_text)) AS i
    UNION
    SELECT pg_catalog.hashtextextended(
        pg_catalog.overlay(pg_catalog.overlay(p_text, '', j, 1), '', i, 1), 0
    )
    FROM pg_catalog.generate_series(1, pg_catalog.length(p_text)) AS i,
        pg_catalog.generate_series(i + 1, pg_catalog.length(p_text)) AS j
    WHERE p_letters = 2;
$$;
REVOKE ALL ON FUNCTION public.without_letters(text, integer) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.find_duplicate_terms(p_limit integer DEFAULT 100)
RETURNS TABLE (
    term text, other text, method text, similarity real, uses bigint,
    term_id bigint, other_id bigint
)
LANGUAGE plpgsql
STABLE
SET search_path = ''
SET work_mem = '128MB'
SET jit = off
AS $$
/*
Pairs of terms that may be one, the more used first, by similarity times the uses of both:
fingerprint (the same words in another order), 2-gram (the same pairs of letters), edit distance
(one edit where the shorter has fewer than 8 characters, else two; of more than 20 characters only
what has a third in its place). Not what was rejected, merged, or dismissed as a pair. Nothing is
merged by it: coffee and toffee are one edit apart.
*/
BEGIN
    PERFORM public.assert_in_range('p_limit', p_limit, 1, 100000);
    RETURN QUERY
        WITH lexicon AS MATERIALIZED (
            SELECT t.id, t.display_text, t.normalized_form AS form,
                pg_catalog.length(t.normalized_form) AS size,
                t.usage_count + COALESCE(aliases.uses, 0) AS uses
            FROM public.flavor_terms AS t
            LEFT JOIN (
                SELECT a.canonical_id AS id, sum(a.usage_count) AS uses
                FROM public.flavor_terms AS a WHERE a.canonical_id IS NOT NULL GROUP BY 1
            ) AS aliases ON aliases.id = t.id
            WHERE t.canonical_id IS NULL AND t.status <> 'rejected'
        ),
        prints AS (
            SELECT l.id, l.uses, 'fingerprint' AS method, public.word_fingerprint(l.form) AS print
            FROM lexicon AS l WHERE l.form LIKE '% %'
            UNION ALL
            SELECT l.id, l.uses, '2-gram', public.two_letter_fingerprint(l.form)
            FROM lexicon AS l
        ),
        -- Of a cluster, each with the most used one.
        same AS (
            SELECT p.id, p.method, pg_catalog.first_value(p.id) OVER (
                PARTITION BY p.method, p.print ORDER BY p.uses DESC, p.id
            ) AS best
            FROM prints AS p
        ),
        keys AS MATERIALIZED (
            SELECT l.id, key
            FROM lexicon AS l
            CROSS JOIN LATERAL public.without_letters(
                l.form, CASE WHEN l.size < 7 THEN 1 ELSE 2 END
            ) AS key
            WHERE l.size BETWEEN 2 AND 20
            UNION ALL
            -- Two edits leave one third of a long text as it is, and most of them nearly in place.
            SELECT l.id, pg_catalog.hashtextextended(
                pg_catalog.substr(l.form, (part * l.size / 3) + 1, 6) || part, 1
            )
            FROM lexicon AS l, pg_catalog.generate_series(0, 2) AS part
            WHERE l.size > 18
        ),
        near AS (
            SELECT DISTINCT a.id, b.id AS other
            FROM keys AS a JOIN keys AS b ON b.key = a.key AND b.id > a.id
        ),
        pairs AS (
            SELECT s.id, s.best AS other, s.method, 1::real AS alike
            FROM same AS s WHERE s.id <> s.best
            UNION ALL
            SELECT n.id, n.other, 'edit distance', (
                1 - public.edit_distance(a.form, b.form)::real / GREATEST(a.size, b.size)
            )::real
            FROM near AS n JOIN lexicon AS a ON a.id = n.id JOIN lexicon AS b ON b.id = n.other
            WHERE pg_catalog.abs(a.size - b.size) <= 2
                AND public.levenshtein_less_equal(a.form, b.form, 4) <= 4
                AND public.edit_distance(a.form, b.form)
                    <= (CASE WHEN LEAST(a.size, b.size) < 8 THEN 1 ELSE 2 END)
        ),
        best AS (
            SELECT DISTINCT ON (LEAST(p.id, p.other), GREATEST(p.id, p.other)) p.*
            FROM pairs AS p
            ORDER BY LEAST(p.id, p.other), GREATEST(p.id, p.other), p.alike DESC, p.method DESC
        )
        SELECT
            CASE WHEN a.uses >= b.uses THEN a.display_text ELSE b.display_text END,
            CASE WHEN a.uses >= b.uses THEN b.display_text ELSE a.display_text END,
            p.method, p.alike, (a.uses + b.uses)::bigint,
            CASE WHEN a.uses >= b.uses THEN a.id ELSE b.id END,
            CASE WHEN a.uses >= b.uses THEN b.id ELSE a.id END
        FROM best AS p JOIN lexicon AS a ON a.id = p.id JOIN lexicon AS b ON b.id = p.other
        WHERE NOT EXISTS (
            SELECT FROM public.term_dismissals AS d
            WHERE d.first_id = LEAST(p.id, p.other) AND d.second_id = GREATEST(p.id, p.other)
        )
        ORDER BY p.alike * (a.uses + b.uses) DESC, p.alike DESC, a.id, b.id
        LIMIT p_limit;
END
$$;
