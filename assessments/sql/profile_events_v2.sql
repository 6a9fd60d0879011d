CREATE OR REPLACE FUNCTION public.check_profile_event()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Before an event is written: it tells of the profile as it is now, after the step; an appeal is made
once for a decision; somebody else judges it; an undo takes back the newest event. A decision on an
edit keeps the edit in `changes`, column → [before, after], and its undo puts all of it back.
*/
DECLARE
    v_profile public.public_profiles;
    v_last public.profile_events;
    v_appealed public.profile_events;
BEGIN
    SELECT * INTO v_profile FROM public.public_profiles
    WHERE user_id = NEW.user_id FOR NO KEY UPDATE;
    IF (v_profile.state, v_profile.version) IS DISTINCT FROM (NEW.to_state, NEW.version) THEN
        RAISE EXCEPTION 'The event does not tell of the profile as it is.'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO v_last FROM public.profile_events
    WHERE user_id = NEW.user_id ORDER BY version DESC LIMIT 1;
    IF NEW.from_state <> COALESCE(v_last.to_state, 'draft') THEN
        RAISE EXCEPTION 'The event does not follow the last one.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.action = 'appeal' AND v_last.action = 'uphold' THEN
        RAISE EXCEPTION 'A decision is appealed once.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.action IN ('uphold', 'overturn') THEN
        -- The decision itself, below appeals and what was taken back since.
        SELECT * INTO v_appealed FROM public.profile_events
        WHERE user_id = NEW.user_id AND action IN ('hide', 'reject') AND from_state <> to_state
        ORDER BY version DESC LIMIT 1;
        IF NEW.action = 'uphold' AND NEW.to_state <> v_appealed.to_state THEN
            RAISE EXCEPTION 'Upheld, it is % again.', v_appealed.to_state
                USING ERRCODE = 'check_violation';
        ELSIF NEW.actor_id IS NULL OR NEW.actor_id = v_appealed.actor_id THEN
            RAISE EXCEPTION 'Somebody else judges the appeal than who decided.'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF NEW.action = 'undo' AND (
        NEW.undoes_id IS DISTINCT FROM v_last.id
        OR (NEW.from_state, NEW.to_state) IS DISTINCT FROM (v_last.to_state, v_last.from_state)
        OR v_last.action IN ('submit', 'appeal', 'withdraw', 'undo')
    ) THEN
        RAISE EXCEPTION 'Only the newest decision can be taken back.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.from_state = NEW.to_state AND NOT pg_catalog.jsonb_exists(NEW.changes, 'pending_revision') THEN
        RAISE EXCEPTION 'A decision on an edit keeps the edit.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.action = 'undo' AND EXISTS (
        SELECT FROM pg_catalog.jsonb_each(v_last.changes - 'revised_at') AS change
        WHERE pg_catalog.to_jsonb(v_profile) -> change.key IS DISTINCT FROM change.value -> 0
    ) THEN
        RAISE EXCEPTION 'What the decision changed is not as it was before.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
