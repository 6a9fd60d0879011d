CREATE OR REPLACE FUNCTION public.descriptor_exists(
    p_user_id uuid, p_descriptor_text text, p_descriptor_type text DEFAULT NULL
)
RETURNS boolean
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Whether the member noted this already, in any spelling of one form; as this type, if it is given.
Descriptors that the archive has are not looked at.
Uses index: flavor_terms_normalized_form_key, descriptor_of_term or descriptor_of_member.
*/
DECLARE
    v_term bigint;
BEGIN
    PERFORM public.assert_acts_for_one(p_user_id);
    PERFORM public.assert_searchable('p_descriptor_text', p_descriptor_text);
    PERFORM public.assert_descriptor_type(p_descriptor_type);
    SELECT t.id INTO v_term FROM public.flavor_terms AS t
    WHERE t.normalized_form = public.normalize_descriptor_text(p_descriptor_text);
    RETURN v_term IS NOT NULL AND EXISTS (
        SELECT FROM public.flavor_descriptors AS d
        WHERE d.user_id = p_user_id AND d.term_id = v_term
            AND (p_descriptor_type IS NULL OR d.descriptor_type = p_descriptor_type)
    );
END
$$;
