CREATE VIEW public.v_locked_relations AS
-- Tables and indexes that another session holds for itself, or waits to: who asks for their size
-- waits too. With the tables of such indexes.
SELECT l.relation
FROM pg_locks AS l
WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
    AND l.pid <> pg_backend_pid()
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION
SELECT i.indrelid
FROM pg_locks AS l
JOIN pg_index AS i ON i.indexrelid = l.relation
WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
    AND l.pid <> pg_backend_pid()
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database());
GRANT SELECT ON public.v_locked_relations TO pg_monitor;
