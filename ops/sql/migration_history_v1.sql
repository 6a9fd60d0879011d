CREATE FUNCTION public.record_migration()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Write down what Django's own table only knows while it holds: who applied a migration, how long its
transaction took, and who took it back. A migration that is recorded in a transaction of its own,
after the one that did the work, took nobody knows how long.
*/
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.migration_history
            (app, name, applied_at, applied_by, seconds, server_version)
        VALUES (
            NEW.app, NEW.name, NEW.applied, session_user,
            CASE WHEN pg_catalog.statement_timestamp() > pg_catalog.transaction_timestamp()
                THEN EXTRACT(
                    epoch FROM pg_catalog.clock_timestamp() - pg_catalog.transaction_timestamp()
                )
            END,
            pg_catalog.current_setting('server_version')
        );
    ELSE
        UPDATE public.migration_history
        SET reversed_at = pg_catalog.clock_timestamp(), reversed_by = session_user
        WHERE app = OLD.app AND name = OLD.name AND reversed_at IS NULL;
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.record_migration() FROM PUBLIC;

CREATE TRIGGER record_migration
AFTER INSERT OR DELETE ON public.django_migrations
FOR EACH ROW EXECUTE FUNCTION public.record_migration();

INSERT INTO public.migration_history (app, name, applied_at)
SELECT app, name, applied FROM public.django_migrations ORDER BY id;
