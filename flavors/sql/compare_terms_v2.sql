CREATE OR REPLACE FUNCTION public.compare_terms()
RETURNS TABLE (pairs bigint, added bigint, gone bigint)
LANGUAGE sql
VOLATILE
SET search_path = ''
-- Pairs by the ten thousand on both sides, of which the planner knows nothing.
SET enable_nestloop = off
AS $$
    /*
    Keeps in term_similarities what find_duplicate_terms() finds now. Pairs that it leaves out because
    one was merged or rejected, or the pair dismissed, stay: they come back when that is taken back.
    */
    WITH found AS MATERIALIZED (
        SELECT
            LEAST(d.term_id, d.other_id) AS first_id, GREATEST(d.term_id, d.other_id) AS second_id,
            d.method, d.similarity::float8 AS similarity, d.uses
        FROM public.find_duplicate_terms(100000) AS d
    ),
    gone AS (
        DELETE FROM public.term_similarities AS s
        USING public.flavor_terms AS one, public.flavor_terms AS other
        WHERE one.id = s.first_id AND other.id = s.second_id
            AND one.canonical_id IS NULL AND other.canonical_id IS NULL
            AND one.status <> 'rejected' AND other.status <> 'rejected'
            AND NOT EXISTS (
                SELECT FROM found AS f
                WHERE f.first_id = s.first_id AND f.second_id = s.second_id
            )
            AND NOT EXISTS (
                SELECT FROM public.term_dismissals AS d
                WHERE d.first_id = s.first_id AND d.second_id = s.second_id
            )
        RETURNING s.id
    ),
    kept AS (
        INSERT INTO public.term_similarities AS s (first_id, second_id, method, similarity, uses)
        SELECT f.first_id, f.second_id, f.method, f.similarity, f.uses FROM found AS f
        ON CONFLICT (first_id, second_id) DO UPDATE
        SET method = excluded.method, similarity = excluded.similarity, uses = excluded.uses
        WHERE (s.method, s.similarity, s.uses)
            IS DISTINCT FROM (excluded.method, excluded.similarity, excluded.uses)
        RETURNING old.id IS NULL AS is_new
    )
    SELECT
        (SELECT count(*) FROM found),
        (SELECT count(*) FROM kept AS k WHERE k.is_new),
        (SELECT count(*) FROM gone);
$$;
