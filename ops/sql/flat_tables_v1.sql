CREATE FUNCTION public.moved_key(p_moment timestamptz, p_seed text)
RETURNS uuid
LANGUAGE sql
-- The epoch of a timestamptz depends on no setting. Without SET, so that it is part of its query.
IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    /*
    The time-ordered key of a row of that moment: the milliseconds, and the seed's hash in place of
    chance, so that the same row always gets the same key. NULL for a moment that no key can say.
    */
    SELECT CASE WHEN p_moment >= '1970-01-01 00:00+00' AND p_moment < '3000-01-01 00:00+00' THEN
        pg_catalog.overlay(
            pg_catalog.overlay(
                pg_catalog.overlay(
                    pg_catalog.md5(p_seed),
                    pg_catalog.lpad(
                        pg_catalog.to_hex(
                            pg_catalog.floor(EXTRACT(epoch FROM p_moment) * 1000)::bigint
                        ),
                        12,
                        '0'
                    ),
                    1
                ),
                '7',
                13
            ),
            '8',
            17
        )::uuid
    END;
END;
REVOKE ALL ON FUNCTION public.moved_key(timestamptz, text) FROM PUBLIC;

CREATE FUNCTION public.note_source_changes()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/*
After a statement on a flat table whose rows a move copies: which rows are to be copied again. Its
arguments are the move and the source's name, the seed of moved_key().
*/
BEGIN
    INSERT INTO public.ops_move_changes (move_id, source_key, target_id)
    SELECT TG_ARGV[0]::bigint, c.id::text,
        public.moved_key(c.created_at, TG_ARGV[1] || ':' || c.id::text)
    FROM changed AS c;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.note_source_changes() FROM PUBLIC;

CREATE FUNCTION public.refuse_truncate_of_source()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
    RAISE EXCEPTION 'The rows of % are being moved: cancel the run, or DELETE the rows.', TG_ARGV[0];
END
$$;
REVOKE ALL ON FUNCTION public.refuse_truncate_of_source() FROM PUBLIC;
