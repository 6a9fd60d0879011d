CREATE OR REPLACE FUNCTION public.edit_distance(p_one text, p_other text)
RETURNS integer
LANGUAGE plpgsql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
AS $$
/* Insertions, deletions, substitutions and swaps of neighbours that make one text of the other, none
   twice at one place (optimal string alignment; Damerau 1964). For short texts. */
DECLARE
    v_one text[];
    v_other text[];
    v_width integer;
    v_before integer[];
    v_above integer[];
    v_row integer[];
    v_least integer;
BEGIN
    -- What both begin or end with costs nothing.
    WHILE p_one <> '' AND pg_catalog.left(p_one, 1) = pg_catalog.left(p_other, 1) LOOP
        p_one := pg_catalog.substr(p_one, 2);
        p_other := pg_catalog.substr(p_other, 2);
    END LOOP;
    WHILE p_one <> '' AND pg_catalog.right(p_one, 1) = pg_catalog.right(p_other, 1) LOOP
        p_one := pg_catalog.left(p_one, -1);
        p_other := pg_catalog.left(p_other, -1);
    END LOOP;
    v_one := pg_catalog.string_to_array(p_one, NULL);
    v_other := pg_catalog.string_to_array(p_other, NULL);
    v_width := pg_catalog.cardinality(v_other);
    v_above := ARRAY(SELECT pg_catalog.generate_series(0, v_width));
    FOR i IN 1 .. pg_catalog.cardinality(v_one) LOOP
        v_row := ARRAY[i];
        FOR j IN 1 .. v_width LOOP
            v_least := LEAST(
                v_row[j] + 1, v_above[j + 1] + 1,
                v_above[j] + (v_one[i] <> v_other[j])::integer
            );
            IF i > 1 AND j > 1 AND v_one[i] = v_other[j - 1] AND v_one[i - 1] = v_other[j] THEN
                v_least := LEAST(v_least, v_before[j - 1] + 1);
            END IF;
            v_row[j + 1] := v_least;
        END LOOP;
        v_before := v_above;
        v_above := v_row;
    END LOOP;
    RETURN v_above[v_width + 1];
END
$$;

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
-- How many rows a step has is known to nobody before it ran: none is few enough to look at each.
SET enable_nestloop = off
AS $$
/*
Pairs of terms that may be one, the more used first, by similarity times the uses of both:
fingerprint (the same words in another order), 2-gram (the same pairs of letters), edit distance
(one edit where the shorter has fewer than 8 characters, else two; of forms with more than 24
characters, or 12 in a lexicon of more than 20,000 terms, only those in one of the words, by the same
rule). Not what was rejected, merged, or dismissed as a pair. Nothing is
merged by it: coffee and toffee are one edit apart.

Words are compared, of which a lexicon has few, and not terms: of two words that are alike, the one
that fewer terms have is replaced by the other, and what comes of it is looked up.
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
            SELECT l.id, l.uses, 'fingerprint' AS method, sorted.print
            FROM lexicon AS l CROSS JOIN LATERAL (
                SELECT pg_catalog.string_agg(DISTINCT word, ' ') AS print
                FROM pg_catalog.string_to_table(l.form, ' ') AS word
            ) AS sorted
            WHERE l.form LIKE '% %'
            UNION ALL
            SELECT l.id, l.uses, '2-gram', sorted.print
            FROM lexicon AS l
            CROSS JOIN LATERAL pg_catalog.replace(l.form, ' ', '') AS letters
            CROSS JOIN LATERAL (
                SELECT pg_catalog.string_agg(DISTINCT pg_catalog.substr(letters, i, 2), '') AS print
                FROM pg_catalog.generate_series(
                    1, GREATEST(pg_catalog.length(letters) - 1, 1)
                ) AS i
            ) AS sorted
        ),
        -- Of a cluster, each with the most used one.
        same AS (
            SELECT p.id, p.method, pg_catalog.first_value(p.id) OVER (
                PARTITION BY p.method, p.print ORDER BY p.uses DESC, p.id
            ) AS best
            FROM prints AS p
        ),
        -- Keys of a form grow with the square of its length.
        bound AS (
            SELECT CASE WHEN count(*) > 20000 THEN 12 ELSE 24 END AS size FROM lexicon
        ),
        -- Where a word stands in a form; at 0 the whole of a short one.
        places AS MATERIALIZED (
            SELECT l.id, word.n, word.word COLLATE "C" AS word
            FROM lexicon AS l,
                pg_catalog.string_to_table(l.form, ' ') WITH ORDINALITY AS word (word, n)
            UNION ALL
            SELECT l.id, 0, l.form FROM lexicon AS l, bound
            WHERE l.size <= bound.size AND l.form LIKE '% %'
        ),
        words AS MATERIALIZED (
            SELECT p.word, count(*) AS terms, pg_catalog.length(p.word) AS size
            FROM places AS p WHERE pg_catalog.length(p.word) BETWEEN 2 AND 40 GROUP BY p.word
        ),
        -- The word, and what is left of it without one letter or two: words that are that many edits
        -- apart have one in common (Garbe's symmetric deletes).
        keys AS MATERIALIZED (
            SELECT w.word, pg_catalog.hashtextextended(w.word, 0) AS key FROM words AS w
            UNION ALL
            SELECT w.word, pg_catalog.hashtextextended(pg_catalog.overlay(w.word, '', i, 1), 0)
            FROM words AS w, pg_catalog.generate_series(1, w.size) AS i
            UNION ALL
            SELECT w.word, pg_catalog.hashtextextended(
                pg_catalog.overlay(pg_catalog.overlay(w.word, '', j, 1), '', i, 1), 0
            )
            FROM words AS w, pg_catalog.generate_series(1, w.size) AS i,
                pg_catalog.generate_series(i + 1, w.size) AS j
            WHERE w.size BETWEEN 8 AND 24
        ),
        near AS MATERIALIZED (
            SELECT DISTINCT one.word, other.word AS other
            FROM keys AS one JOIN keys AS other ON other.key = one.key AND other.word > one.word
        ),
        alike AS MATERIALIZED (
            SELECT n.word, n.other, apart.edits
            FROM near AS n CROSS JOIN LATERAL (
                -- A swap is two edits of Levenshtein's.
                SELECT CASE public.levenshtein_less_equal(n.word, n.other, 4)
                    WHEN 1 THEN 1
                    WHEN 5 THEN 5
                    ELSE public.edit_distance(n.word, n.other)
                END AS edits OFFSET 0
            ) AS apart
            WHERE apart.edits <= 2
        ),
        slips AS (
            SELECT a.edits,
                CASE WHEN one.terms <= other.terms THEN a.word ELSE a.other END AS word,
                CASE WHEN one.terms <= other.terms THEN a.other ELSE a.word END AS meant
            FROM alike AS a
            JOIN words AS one ON one.word = a.word JOIN words AS other ON other.word = a.other
        ),
        corrected AS MATERIALIZED (
            SELECT p.id, l.size, s.edits, CASE p.n WHEN 0 THEN s.meant ELSE
                pg_catalog.array_to_string(
                    l.words[: p.n - 1] || s.meant || l.words[p.n + 1 :], ' '
                )
            END COLLATE "C" AS form
            FROM slips AS s
            JOIN places AS p ON p.word = s.word
            JOIN (
                SELECT e.id, e.size, pg_catalog.string_to_array(e.form, ' ') AS words
                FROM lexicon AS e
            ) AS l ON l.id = p.id
        ),
        pairs AS (
            SELECT s.id, s.best AS other, s.method, 1::real AS alike
            FROM same AS s WHERE s.id <> s.best
            UNION ALL
            SELECT c.id, l.id, 'edit distance',
                (1 - c.edits::real / GREATEST(c.size, l.size))::real
            FROM corrected AS c JOIN lexicon AS l ON l.form = c.form
            WHERE c.edits <= (CASE WHEN LEAST(c.size, l.size) < 8 THEN 1 ELSE 2 END)
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
DROP FUNCTION public.word_fingerprint(text);
DROP FUNCTION public.two_letter_fingerprint(text);
