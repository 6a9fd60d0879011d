CREATE FUNCTION public.compare_questions(p_questions uuid[], p_alike double precision)
RETURNS bigint
LANGUAGE sql
SET search_path = public, pg_catalog
AS $$
    /*
    Renews the rows of question_similarities for these questions, and notes that they were compared.
    Returns how many pairs reach `p_alike`; at most 20 of a question.

    Candidates share two of the three longest words of the stem, as in similar_stems(): the trigram
    index alone takes 50 ms a stem in a bank of 100,000 questions.
    Uses index: question_full_text
    */
    DELETE FROM question_similarities
    WHERE first_id = ANY (p_questions) OR second_id = ANY (p_questions);

    INSERT INTO similarity_checks (question_id, stem_hash, alike)
    SELECT q.id, q.stem_hash, p_alike FROM questions AS q
    WHERE q.id = ANY (p_questions) ORDER BY q.id
    ON CONFLICT (question_id) DO UPDATE SET
        stem_hash = excluded.stem_hash, alike = excluded.alike;

    WITH mine AS MATERIALIZED (
        SELECT q.id, q.normalized_stem AS stem, to_tsvector('english', q.stem) AS words
        FROM questions AS q
        WHERE q.id = ANY (p_questions) AND q.status <> 'retired'
    ),
    words AS MATERIALIZED (
        SELECT m.id, w, row_number() OVER (PARTITION BY m.id ORDER BY length(w) DESC, w) AS place
        FROM mine AS m, unnest(tsvector_to_array(m.words)) AS w
    ),
    longest AS MATERIALIZED (
        SELECT w.id, array_agg((
            '''' || replace(replace(w.w, '\', '\\'), '''', '''''') || ''''
        )::tsquery ORDER BY w.place) AS q
        FROM words AS w
        WHERE w.place <= 3
        GROUP BY w.id
    ),
    queries AS MATERIALIZED (
        SELECT m.id, m.stem, CASE cardinality(l.q)
            WHEN 1 THEN l.q[1]
            WHEN 2 THEN l.q[1] && l.q[2]
            ELSE (l.q[1] && l.q[2]) || (l.q[1] && l.q[3]) || (l.q[2] && l.q[3])
        END AS q
        FROM longest AS l JOIN mine AS m ON m.id = l.id
    ),
    pairs AS (
        INSERT INTO question_similarities (first_id, second_id, likeness)
        SELECT DISTINCT LEAST(k.id, other.id), GREATEST(k.id, other.id), other.likeness
        FROM queries AS k CROSS JOIN LATERAL (
            SELECT b.id, similarity(b.normalized_stem, k.stem) AS likeness
            FROM questions AS b
            WHERE b.search @@ k.q AND b.id <> k.id AND b.status <> 'retired'
                AND similarity(b.normalized_stem, k.stem) >= p_alike::real
            ORDER BY likeness DESC, b.id
            LIMIT 20
        ) AS other
        ON CONFLICT (first_id, second_id) DO NOTHING
        RETURNING 1
    )
    SELECT count(*) FROM pairs;
$$;
REVOKE ALL ON FUNCTION public.compare_questions(uuid[], double precision) FROM PUBLIC;
