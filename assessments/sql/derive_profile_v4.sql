CREATE OR REPLACE FUNCTION public.derive_profile()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Before a profile is written: version, copies of the member and the session, and edits that wait.

An edit of what was approved goes to pending_revision, and the columns stay as approved, whoever
writes; only a statement that clears pending_revision, or puts one back, which client roles may not,
decides on it. A profile that leaves these states takes over what waited.
*/
DECLARE
    v_aside text[] := ARRAY[
        'version', 'updated_at', 'is_public', 'claimed_by_id', 'claimed_until', 'decided_by_id'
    ];
    v_decides boolean;
    v_session public.cs_assessment_sessions;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'A profile begins as a draft.' USING ERRCODE = 'check_violation';
        END IF;
        NEW.version := 1;
        SELECT is_active INTO NEW.member_is_active
        FROM public.members WHERE id = NEW.user_id FOR SHARE;
        NEW.member_is_active := COALESCE(NEW.member_is_active, false);
    ELSE
        v_decides := (OLD.pending_revision IS NULL) <> (NEW.pending_revision IS NULL);
        IF NEW.state NOT IN ('published', 'hidden', 'appealed') AND OLD.pending_revision IS NOT NULL
        THEN
            NEW := pg_catalog.jsonb_populate_record(NEW, OLD.pending_revision);
            NEW.pending_revision := NULL;
            NEW.revised_at := NULL;
        ELSIF NEW.state = OLD.state AND NOT v_decides
            AND OLD.state IN ('published', 'hidden', 'appealed')
            AND public.profile_revision(OLD, NEW) <> '{}'
        THEN
            NEW.pending_revision :=
                COALESCE(OLD.pending_revision, '{}') || public.profile_revision(OLD, NEW);
            NEW.revised_at := pg_catalog.now();
            NEW.name := OLD.name;
            NEW.profile_slug := OLD.profile_slug;
            NEW.self_description := OLD.self_description;
            NEW.public_summary := OLD.public_summary;
            NEW.video_url := OLD.video_url;
        END IF;
        NEW.version := OLD.version;
        IF pg_catalog.to_jsonb(NEW) - v_aside <> pg_catalog.to_jsonb(OLD) - v_aside THEN
            NEW.version := OLD.version + 1;
            NEW.updated_at := pg_catalog.now();
        END IF;
    END IF;
    IF NEW.session_id IS NOT NULL AND (
        TG_OP = 'INSERT'
        OR NEW.session_id IS DISTINCT FROM OLD.session_id
        OR NEW.show_scores AND NOT OLD.show_scores
    ) THEN
        SELECT * INTO v_session FROM public.cs_assessment_sessions
        WHERE id = NEW.session_id AND user_id = NEW.user_id AND status = 'completed';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'The session is no completed one of this member.'
                USING ERRCODE = 'foreign_key_violation';
        END IF;
        NEW.personality_type := v_session.personality_type;
        NEW.archetype := v_session.archetype;
        NEW.badges := v_session.badges;
        NEW.best_fit_roles := v_session.best_fit_roles;
        NEW.overall_score := v_session.overall_score;
        NEW.category_scores := v_session.category_scores;
    END IF;
    IF NOT NEW.show_scores THEN
        NEW.overall_score := NULL;
        NEW.category_scores := NULL;
    END IF;
    RETURN NEW;
END
$$;
