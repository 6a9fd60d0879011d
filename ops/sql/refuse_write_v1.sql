CREATE FUNCTION public.refuse_write() RETURNS trigger
LANGUAGE plpgsql AS $$
/* On tables that are frozen on their way into the archive. */
BEGIN
    RAISE EXCEPTION 'Table %.% is frozen for the archive: % is not allowed.',
        TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP;
END;
$$;
