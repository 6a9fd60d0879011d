CREATE FUNCTION public.draw_scope(
    p_member uuid,
    p_pattern text,
    OUT answers integer,
    OUT accuracy numeric,
    OUT lowest numeric,
    OUT highest numeric,
    OUT areas bigint[]
)
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/*
What a pattern means for this member (or for nobody in particular, NULL).

adaptive: a success rate from 40 to 70 percent, moved down (harder) by half of what their accuracy
in the last 50 answers of 90 days is above 55, or up, in steps of 10 and by 20 at most; unmoved
before 10 answers. Everything right: 20 to 50; everything wrong: 60 to 90.

weak_areas: the categories, each of its own exam, in which their own answers are under 60 percent
right.
*/
DECLARE
    v_since uuid := public.uuid_floor(pg_catalog.now() - interval '90 days');
    v_shift numeric := 0;
BEGIN
    IF p_pattern = 'adaptive' THEN
        -- Uses index: idx_answer_analytics.
        SELECT pg_catalog.count(*), pg_catalog.round(pg_catalog.avg(100 * a.is_correct::integer), 1)
        INTO answers, accuracy
        FROM (
            SELECT a.is_correct FROM public.answers AS a
            WHERE a.user_id = p_member AND a.is_correct IS NOT NULL AND a.session_id >= v_since
            ORDER BY a.answered_at DESC
            LIMIT 50
        ) AS a;
        IF answers >= 10 THEN
            v_shift := 10 * LEAST(GREATEST(pg_catalog.round((55 - accuracy) / 20), -2), 2);
        END IF;
        lowest := 40 + v_shift;
        highest := 70 + v_shift;
    ELSIF p_pattern = 'weak_areas' THEN
        areas := ARRAY(
            SELECT c.id
            FROM public.user_progress AS p
            CROSS JOIN LATERAL pg_catalog.jsonb_each(p.area_stats) AS area
            JOIN public.categories AS c ON c.id = area.key::bigint
            WHERE p.user_id = p_member AND (area.value ->> 'accuracy')::numeric < 60
        );
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.draw_scope(uuid, text) FROM PUBLIC;
