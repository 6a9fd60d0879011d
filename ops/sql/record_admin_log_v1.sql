CREATE FUNCTION public.record_admin_log()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
What the admin's own forms did (its log of additions, changes and deletions) becomes rows of the
action log, in the same transaction. A form that was saved without a change did nothing.
*/
DECLARE
    -- What the request's middleware left for the history.
    v_address text := NULLIF(
        pg_catalog.current_setting('pghistory.context_metadata', true), ''
    )::jsonb ->> 'address';
BEGIN
    INSERT INTO public.audit_logs
        (actor_id, actor_name, action, entity_type, entity_id, details, address)
    SELECT
        entry.user_id,
        account.username,
        CASE entry.action_flag WHEN 1 THEN 'add' WHEN 2 THEN 'change' ELSE 'delete' END,
        COALESCE(kind.model, ''),
        COALESCE(entry.object_id, ''),
        pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'label', entry.object_repr,
            'changes', CASE
                WHEN entry.action_flag <> 2 THEN NULL
                WHEN pg_catalog.pg_input_is_valid(entry.change_message, 'jsonb')
                THEN entry.change_message::jsonb
                ELSE pg_catalog.to_jsonb(entry.change_message)
            END
        )),
        CASE WHEN pg_catalog.pg_input_is_valid(v_address, 'inet') THEN v_address::inet END
    FROM entries AS entry
    JOIN public.auth_user AS account ON account.id = entry.user_id
    LEFT JOIN public.django_content_type AS kind ON kind.id = entry.content_type_id
    WHERE entry.action_flag <> 2 OR entry.change_message NOT IN ('', '[]')
    ORDER BY entry.id;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.record_admin_log() FROM PUBLIC;
CREATE TRIGGER record_admin_log
    AFTER INSERT ON public.django_admin_log
    REFERENCING NEW TABLE AS entries
    FOR EACH STATEMENT EXECUTE FUNCTION public.record_admin_log();
