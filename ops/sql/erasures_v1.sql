/*
Erasing what tells of a member. The tables and what becomes of their rows are declared by the apps
(ops/registry.py, PersonalData) and stand in ops_personal_data; nothing here names another table.
*/
CREATE FUNCTION public.is_erasing(p_old jsonb, p_new jsonb, p_erased jsonb)
RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /*
    Whether append-only triggers may let a change pass: this very transaction erases a member, of
    which its row in erased_members is the flag, and leaves it as the trace; and the row becomes
    what it was with the values of p_erased, and nothing else. Generated columns are not computed
    yet in NEW, and cannot be set.
    */
    SELECT (p_new - 'created_at') = (p_old || p_erased) - 'created_at'
        AND EXISTS (
            SELECT FROM public.erased_members WHERE transaction = pg_catalog.txid_current()
        );
$$;
REVOKE ALL ON FUNCTION public.is_erasing(jsonb, jsonb, jsonb) FROM PUBLIC;

CREATE FUNCTION public.lock_erasures(p_wholly boolean)
RETURNS void
LANGUAGE sql
SET search_path = ''
AS $$
    /*
    Held to the end of the transaction: a partition comes back (wholly) before an erasure or after
    it, so that the one or the other finds its rows.
    */
    SELECT CASE WHEN p_wholly
        THEN pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('erasures', 0))
        ELSE pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtextextended('erasures', 0))
    END;
$$;
REVOKE ALL ON FUNCTION public.lock_erasures(boolean) FROM PUBLIC;

CREATE FUNCTION public.personal_rows(p_table public.ops_personal_data)
RETURNS text
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /* The condition on the declared table's rows: $1 members' ids, uuid[]; $2 a pattern of e-mails,
       or NULL. */
    SELECT pg_catalog.format(
        '(%I = ANY ($1::%s[])', p_table.member_column,
        pg_catalog.format_type(a.atttypid, a.atttypmod)
    ) || CASE p_table.searched
        WHEN '' THEN ')'
        ELSE pg_catalog.format(' OR %I::text ~* $2)', p_table.searched)
    END
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = pg_catalog.format('public.%I', p_table.name)::pg_catalog.regclass
        AND a.attname = p_table.member_column;
$$;
REVOKE ALL ON FUNCTION public.personal_rows(public.ops_personal_data) FROM PUBLIC;

CREATE FUNCTION public.email_pattern(p_emails text[])
RETURNS text
LANGUAGE sql
IMMUTABLE
SET search_path = ''
AS $$
    /* Matches any of the e-mails where it is not a part of a longer one; NULL without any. */
    SELECT '(?<![[:alnum:]._%+-])('
        || pg_catalog.string_agg(
            DISTINCT pg_catalog.regexp_replace(email, '([^[:alnum:]])', '\\\1', 'g'), '|'
        )
        || ')(?![[:alnum:]-])'
    FROM pg_catalog.unnest(p_emails) AS email
    WHERE email <> '';
$$;
REVOKE ALL ON FUNCTION public.email_pattern(text[]) FROM PUBLIC;

CREATE FUNCTION public.erase_rows(
    p_table public.ops_personal_data, p_from regclass, p_members uuid[], p_pattern text
)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* Delete or blank the members' rows in p_from, the declared table or one of its partitions. */
DECLARE
    v_rows bigint;
BEGIN
    IF p_table.action = 'keep' THEN
        RETURN 0;
    ELSIF p_table.action = 'delete' THEN
        EXECUTE pg_catalog.format(
            'DELETE FROM %s WHERE %s', p_from, public.personal_rows(p_table)
        ) USING p_members, p_pattern;
    ELSE
        EXECUTE pg_catalog.format(
            'UPDATE %s SET %s WHERE %s', p_from,
            (
                SELECT pg_catalog.string_agg(pg_catalog.format('%I = %L', key, value #>> '{}'), ', ')
                FROM pg_catalog.jsonb_each(p_table.columns)
            ),
            public.personal_rows(p_table)
        ) USING p_members, p_pattern;
    END IF;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_rows;
END
$$;
REVOKE ALL ON FUNCTION public.erase_rows(public.ops_personal_data, regclass, uuid[], text)
    FROM PUBLIC;

CREATE FUNCTION public.erase_personal_data(p_member uuid, p_emails text[], p_by text)
RETURNS jsonb
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Erase what is declared to tell of p_member; returns table → rows deleted or blanked. A second time,
it returns what the first did. The caller holds a lock that keeps new rows of the member away.
*/
DECLARE
    v_pattern text := public.email_pattern(p_emails);
    v_table public.ops_personal_data;
    v_counts jsonb := '{}';
BEGIN
    PERFORM public.lock_erasures(false);
    INSERT INTO public.erased_members (id, erased_by) VALUES (p_member, p_by)
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN (SELECT counts FROM public.erased_members WHERE id = p_member);
    END IF;
    FOR v_table IN
        SELECT * FROM public.ops_personal_data WHERE action <> 'keep' ORDER BY position
    LOOP
        v_counts := v_counts || pg_catalog.jsonb_build_object(
            v_table.name,
            public.erase_rows(
                v_table, pg_catalog.format('public.%I', v_table.name)::pg_catalog.regclass,
                ARRAY[p_member], v_pattern
            )
        );
    END LOOP;
    UPDATE public.erased_members SET counts = v_counts WHERE id = p_member;
    RETURN v_counts;
END
$$;
REVOKE ALL ON FUNCTION public.erase_personal_data(uuid, text[], text) FROM PUBLIC;

CREATE FUNCTION public.count_personal_data(p_member uuid, p_emails text[])
RETURNS TABLE (table_name text, rows bigint)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* How many rows of each declared table tell of the member: what an erasure would find now. */
DECLARE
    v_table public.ops_personal_data;
BEGIN
    FOR v_table IN SELECT * FROM public.ops_personal_data ORDER BY position LOOP
        table_name := v_table.name;
        EXECUTE pg_catalog.format(
            'SELECT count(*) FROM public.%I WHERE %s', v_table.name, public.personal_rows(v_table)
        ) INTO rows USING ARRAY[p_member], public.email_pattern(p_emails);
        RETURN NEXT;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION public.count_personal_data(uuid, text[]) FROM PUBLIC;

CREATE FUNCTION public.erase_again(p_table text, p_partition regclass)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Erase once more, in a partition of p_table that is on its way back from the archive and not attached
yet, all who were erased; returns how many rows were deleted or blanked. E-mails are known no more:
rows are found by id.
*/
DECLARE
    v_table public.ops_personal_data;
BEGIN
    PERFORM public.lock_erasures(true);
    SELECT * INTO v_table FROM public.ops_personal_data WHERE name = p_table;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    RETURN public.erase_rows(
        v_table, p_partition, ARRAY(SELECT id FROM public.erased_members), NULL
    );
END
$$;
REVOKE ALL ON FUNCTION public.erase_again(text, regclass) FROM PUBLIC;
