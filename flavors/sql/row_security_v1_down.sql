DROP TRIGGER refuse_erased_member ON public.flavor_wheels;
DO $$
DECLARE
    v_table text;
    v_policy name;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['flavor_categories', 'flavor_descriptors', 'flavor_wheels'] LOOP
        EXECUTE pg_catalog.format(
            'REVOKE ALL ON public.%I FROM steward_anon, steward_member', v_table
        );
        FOR v_policy IN
            SELECT polname FROM pg_catalog.pg_policy
            WHERE polrelid = pg_catalog.format('public.%I', v_table)::regclass
        LOOP
            EXECUTE pg_catalog.format('DROP POLICY %I ON public.%I', v_policy, v_table);
        END LOOP;
        EXECUTE pg_catalog.format(
            'ALTER TABLE public.%I NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY', v_table
        );
    END LOOP;
END
$$;
