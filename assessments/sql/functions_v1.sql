CREATE FUNCTION public.current_member_id()
RETURNS uuid
LANGUAGE sql
STABLE PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* Who the client role works for, from app.current_user_id: NULL if unset; garbage raises. */
    SELECT NULLIF(pg_catalog.current_setting('app.current_user_id', true), '')::uuid;
END;

CREATE FUNCTION public.calling_role()
RETURNS text
LANGUAGE sql
STABLE PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* The role that called, even from within SECURITY DEFINER, where current_user is the owner. */
    SELECT CASE pg_catalog.current_setting('role')
        WHEN 'none' THEN SESSION_USER::text
        ELSE pg_catalog.current_setting('role')
    END;
END;

CREATE FUNCTION public.percent_of(p_value jsonb)
RETURNS integer
LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* A JSON number in 0 to 100, rounded; NULL for anything else. */
    SELECT CASE WHEN pg_catalog.jsonb_typeof(p_value) = 'number' THEN
        CASE WHEN (p_value #>> '{}')::numeric BETWEEN 0 AND 100
            THEN pg_catalog.round((p_value #>> '{}')::numeric)::integer
        END
    END;
END;

CREATE FUNCTION public.category_score(p_scores jsonb, p_category text)
RETURNS integer
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* Of {"technical": 85} and of {"technical": {"overall": 85, …}} alike. */
    SELECT public.percent_of(
        CASE pg_catalog.jsonb_typeof(p_scores -> p_category)
            WHEN 'object' THEN p_scores -> p_category -> 'overall'
            ELSE p_scores -> p_category
        END
    );
END;

CREATE FUNCTION public.category_scores_are_sound(p_scores jsonb)
RETURNS boolean
LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* An object whose technical, emotional and creative are scores of one of the two shapes, or
       null; it has no other keys. */
    SELECT pg_catalog.jsonb_typeof(p_scores) = 'object' AND NOT EXISTS (
        SELECT FROM pg_catalog.jsonb_each(
            CASE pg_catalog.jsonb_typeof(p_scores) WHEN 'object' THEN p_scores ELSE '{}' END
        ) AS category
        WHERE category.key <> ALL (ARRAY['technical', 'emotional', 'creative'])
            OR pg_catalog.jsonb_typeof(category.value) <> 'null'
            AND public.category_score(p_scores, category.key) IS NULL
    );
END;

CREATE FUNCTION public.dimensions_are_sound(p_dimensions jsonb)
RETURNS boolean
LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* An object of known dimensions, each a number in 0 to 100 or null. */
    SELECT pg_catalog.jsonb_typeof(p_dimensions) = 'object' AND NOT EXISTS (
        SELECT FROM pg_catalog.jsonb_each(
            CASE pg_catalog.jsonb_typeof(p_dimensions) WHEN 'object' THEN p_dimensions ELSE '{}' END
        ) AS dimension
        WHERE dimension.key <> ALL (ARRAY[
                'iq', 'eq', 'empathy', 'self_awareness', 'technical', 'ai_readiness', 'gtm',
                'personality', 'motivation', 'work_history', 'passions', 'culture_fit'
            ])
            OR pg_catalog.jsonb_typeof(dimension.value) <> 'null'
            AND public.percent_of(dimension.value) IS NULL
    );
END;
