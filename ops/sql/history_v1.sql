-- One order for the events of all history tables.
CREATE SEQUENCE public.history_event_ids AS bigint;
-- Recent changes, newest first, and those of one person.
CREATE INDEX history_recent ON public.pghistory_context (created_at DESC, id DESC);
CREATE INDEX history_by_person
    ON public.pghistory_context ((metadata ->> 'username'), created_at DESC, id DESC);
