CREATE FUNCTION public.pool_key(
    p_system bigint, p_topic bigint, p_subject bigint, p_difficulty text
)
RETURNS text
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    /* Where a question is in stock, as one value that can be compared and indexed. */
    SELECT COALESCE(p_system, 0)::text || ' ' || COALESCE(p_topic, 0)::text || ' '
        || COALESCE(p_subject, 0)::text || ' ' || p_difficulty;
END;
