CREATE OR REPLACE FUNCTION public.edit_distance(p_one text, p_other text)
RETURNS integer
LANGUAGE plpgsql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
AS $$
/* Insertions, deletions, substitutions and swaps of neighbours that make one text of the other, none
   twice at one place (optimal string alignment; Damerau 1964). For short texts. */
DECLARE
    v_one text[] := pg_catalog.string_to_array(p_one, NULL);
    v_other text[] := pg_catalog.string_to_array(p_other, NULL);
    v_width integer := pg_catalog.cardinality(v_other);
    v_before integer[];
    v_above integer[] := ARRAY(SELECT pg_catalog.generate_series(0, v_width));
    v_row integer[];
    v_least integer;
BEGIN
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

CREATE FUNCTION public.two_letter_fingerprint(p_form text)
RETURNS text
LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
AS $$
    /* The pairs of neighbouring letters, without spaces, sorted, each once. */
    SELECT pg_catalog.string_agg(DISTINCT pg_catalog.substr(form, i, 2), '')
    FROM (SELECT pg_catalog.replace(p_form, ' ', '')) AS plain (form),
        pg_catalog.generate_series(1, GREATEST(pg_catalog.length(form) - 1, 1)) AS i;
$$;
REVOKE ALL ON FUNCTION public.two_letter_fingerprint(text) FROM PUBLIC;

CREATE FUNCTION public.word_fingerprint(p_form text)
RETURNS text
LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
AS $$
    /* The words, sorted, each once. */
    SELECT pg_catalog.string_agg(DISTINCT word, ' ')
    FROM pg_catalog.string_to_table(p_form, ' ') AS word;
$$;
REVOKE ALL ON FUNCTION public.word_fingerprint(text) FROM PUBLIC;

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
(one edit where the shorter has fewer than 8 characters, else two; of several words with more than 24
characters, or 12 in a lexicon of more than 20,000 terms, only those in one of the words, by the same
rule). Not what was rejected, merged, or dismissed as a pair. Nothing is
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
        -- Keys of a whole form grow with the square of its length.
        bound AS (
            SELECT CASE WHEN count(*) > 20000 THEN 12 ELSE 24 END AS size FROM lexicon
        ),
        -- What may be misspelled: a short form or a single word as a whole, else each word in its
        -- place among the others, whose hash is the seed of its keys.
        pieces AS MATERIALIZED (
            SELECT l.id, l.form AS piece, 0::bigint AS others, 1 + (l.size > 7)::integer AS edits
            FROM lexicon AS l, bound
            WHERE l.size BETWEEN 2 AND bound.size OR l.size <= 40 AND l.form NOT LIKE '% %'
            UNION ALL
            SELECT l.id, word.piece, pg_catalog.hashtextextended(
                pg_catalog.array_to_string(
                    words[: word.n - 1] || ''::text || words[word.n + 1 :], ' '
                ), 1
            ), 1 + (pg_catalog.length(word.piece) > 7)::integer
            FROM lexicon AS l, bound,
                pg_catalog.string_to_array(l.form, ' ') AS words,
                pg_catalog.unnest(words) WITH ORDINALITY AS word (piece, n)
            WHERE l.size > bound.size AND l.form LIKE '% %'
                AND pg_catalog.length(word.piece) BETWEEN 2 AND 40
        ),
        -- The piece, and what is left of it without one letter or two: pieces that are that many
        -- edits apart have one in common (Garbe's symmetric deletes).
        keys AS (
            SELECT p.id, pg_catalog.hashtextextended(p.piece, p.others) AS key FROM pieces AS p
            UNION ALL
            SELECT p.id, pg_catalog.hashtextextended(
                pg_catalog.overlay(p.piece, '', i, 1), p.others
            )
            FROM pieces AS p, pg_catalog.generate_series(1, pg_catalog.length(p.piece)) AS i
            UNION ALL
            SELECT p.id, pg_catalog.hashtextextended(
                pg_catalog.overlay(pg_catalog.overlay(p.piece, '', j, 1), '', i, 1), p.others
            )
            FROM pieces AS p, pg_catalog.generate_series(1, pg_catalog.length(p.piece)) AS i,
                pg_catalog.generate_series(i + 1, pg_catalog.length(p.piece)) AS j
            WHERE p.edits = 2
        ),
        shared AS (
            SELECT pg_catalog.array_agg(DISTINCT k.id) AS ids FROM keys AS k
            GROUP BY k.key HAVING count(*) > 1
        ),
        near AS (
            SELECT DISTINCT one.id, other.id AS other
            FROM shared AS s, pg_catalog.unnest(s.ids) AS one (id),
                pg_catalog.unnest(s.ids) AS other (id)
            WHERE one.id < other.id
        ),
        pairs AS (
            SELECT s.id, s.best AS other, s.method, 1::real AS alike
            FROM same AS s WHERE s.id <> s.best
            UNION ALL
            SELECT n.id, n.other, 'edit distance',
                (1 - apart.edits::real / GREATEST(a.size, b.size))::real
            FROM near AS n JOIN lexicon AS a ON a.id = n.id JOIN lexicon AS b ON b.id = n.other
            CROSS JOIN LATERAL (
                -- A swap is two edits of Levenshtein's.
                SELECT CASE public.levenshtein_less_equal(a.form, b.form, 4)
                    WHEN 1 THEN 1
                    WHEN 5 THEN 5
                    ELSE public.edit_distance(a.form, b.form)
                END AS edits OFFSET 0
            ) AS apart
            WHERE pg_catalog.abs(a.size - b.size) <= 2
                AND apart.edits <= (CASE WHEN LEAST(a.size, b.size) < 8 THEN 1 ELSE 2 END)
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
