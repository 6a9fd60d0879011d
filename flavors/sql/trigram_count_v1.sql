-- How many trigrams a form has. An array of it: those have a GIN operator class.
CREATE FUNCTION public.trigram_count(p_form text)
RETURNS smallint[]
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN ARRAY[pg_catalog.cardinality(public.show_trgm(p_form))::smallint];
REVOKE ALL ON FUNCTION public.trigram_count(text) FROM PUBLIC;
