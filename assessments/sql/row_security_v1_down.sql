DROP FUNCTION public.get_own_profile();
DO $$
DECLARE
    v_table text;
    v_policy text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY[
        'profile_slug_history', 'members', 'cs_assessment_sessions', 'public_profiles',
        'profile_events', 'moderation_reasons', 'badges'
    ] LOOP
        FOR v_policy IN
            SELECT policyname FROM pg_catalog.pg_policies
            WHERE schemaname = 'public' AND tablename = v_table
        LOOP
            EXECUTE pg_catalog.format('DROP POLICY %I ON public.%I', v_policy, v_table);
        END LOOP;
        EXECUTE pg_catalog.format(
            'ALTER TABLE public.%I DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', v_table
        );
        EXECUTE pg_catalog.format(
            'REVOKE ALL ON public.%I FROM steward_anon, steward_member', v_table
        );
    END LOOP;
END
$$;
