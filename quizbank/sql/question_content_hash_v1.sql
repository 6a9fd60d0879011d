CREATE FUNCTION public.question_content_hash(p_content jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    /* Equal for equal content: the choices' keys and position numbers do not count, their order does. */
    SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to((
        (p_content - 'choices') || pg_catalog.jsonb_build_object('choices', COALESCE((
            SELECT pg_catalog.jsonb_agg(choice.value - 'id' - 'position' ORDER BY choice.ordinality)
            FROM pg_catalog.jsonb_array_elements(p_content -> 'choices') WITH ORDINALITY AS choice
        ), '[]'::pg_catalog.jsonb))
    )::text, 'UTF8')), 'hex');
$$;
