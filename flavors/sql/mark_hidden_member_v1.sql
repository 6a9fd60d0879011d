CREATE FUNCTION public.mark_hidden_member()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* After a member was hidden or shown again: everybody's figures lose or get all their months. */
BEGIN
    INSERT INTO public.descriptor_changes (user_id, month, first_day, last_day, rows)
    SELECT
        r.user_id, r.month, (min(r.first_used_at) AT TIME ZONE 'UTC')::date,
        (max(r.last_used_at) AT TIME ZONE 'UTC')::date, sum(r.uses)
    FROM public.descriptor_member_terms AS r
    WHERE r.user_id = NEW.id
    GROUP BY r.user_id, r.month;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.mark_hidden_member() FROM PUBLIC;
CREATE TRIGGER mark_hidden_member AFTER UPDATE OF is_active ON public.members
    FOR EACH ROW WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active)
    EXECUTE FUNCTION public.mark_hidden_member();
