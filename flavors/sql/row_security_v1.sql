/*
Members read and write their own descriptors and wheels; a universal wheel is anybody's to read, and
so are the categories. Terms are made by the trigger of the descriptors, and read by functions. A
descriptor's id, and with it its date, is the database's; its term the trigger's.
*/
DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['flavor_categories', 'flavor_descriptors', 'flavor_wheels'] LOOP
        EXECUTE pg_catalog.format(
            'ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_table
        );
        EXECUTE pg_catalog.format(
            'CREATE POLICY staff_all ON public.%I TO steward_owner USING (true) WITH CHECK (true)',
            v_table
        );
    END LOOP;
END
$$;

CREATE POLICY everybody_reads ON public.flavor_categories
    FOR SELECT TO steward_anon, steward_member
    USING (true);
GRANT SELECT ON public.flavor_categories TO steward_anon, steward_member;

CREATE POLICY own_descriptors ON public.flavor_descriptors TO steward_member
    USING (user_id = (SELECT public.current_member_id()))
    WITH CHECK (user_id = (SELECT public.current_member_id()));
GRANT SELECT, DELETE ON public.flavor_descriptors TO steward_member;
GRANT INSERT (
    user_id, source_type, source_id, item_name, item_category, descriptor_text, descriptor_type,
    intensity, confidence_score, ai_extracted, extraction_model
) ON public.flavor_descriptors TO steward_member;
GRANT UPDATE (
    item_name, item_category, descriptor_text, descriptor_type, intensity, confidence_score,
    ai_extracted, extraction_model
) ON public.flavor_descriptors TO steward_member;

CREATE POLICY public_wheels ON public.flavor_wheels FOR SELECT TO steward_anon, steward_member
    USING (scope = 'universal');
CREATE POLICY own_wheels ON public.flavor_wheels TO steward_member
    USING (user_id = (SELECT public.current_member_id()))
    WITH CHECK (user_id = (SELECT public.current_member_id()));
GRANT SELECT ON public.flavor_wheels TO steward_anon;
GRANT SELECT, DELETE ON public.flavor_wheels TO steward_member;
GRANT INSERT (
    user_id, wheel_type, scope, scope_value, data, descriptor_count, generated_at
) ON public.flavor_wheels TO steward_member;
GRANT UPDATE (data, descriptor_count, generated_at) ON public.flavor_wheels TO steward_member;

-- Nothing new about who is erased.
CREATE TRIGGER refuse_erased_member BEFORE INSERT ON public.flavor_wheels
    FOR EACH ROW WHEN (NEW.user_id IS NOT NULL) EXECUTE FUNCTION public.refuse_erased_member();
