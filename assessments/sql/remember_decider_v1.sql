CREATE FUNCTION public.remember_decider()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* After somebody of the staff decided: the profile says who was the last one. */
BEGIN
    UPDATE public.public_profiles SET decided_by_id = NEW.actor_id
    WHERE user_id = NEW.user_id AND decided_by_id IS DISTINCT FROM NEW.actor_id;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.remember_decider() FROM PUBLIC;
CREATE TRIGGER remember_decider AFTER INSERT ON public.profile_events
    FOR EACH ROW WHEN (NEW.actor_id IS NOT NULL) EXECUTE FUNCTION public.remember_decider();
