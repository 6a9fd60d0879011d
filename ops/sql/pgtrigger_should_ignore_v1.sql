CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql STABLE
/* What django-pgtrigger's function of this name answers, without its exception block: a block opens
   a subtransaction for every row of every trigger, and each of these walks all deferred events of
   the transaction, so that bulk writes took a time that grows with the square of the rows. */
RETURN trigger_name::text = ANY (
    NULLIF(pg_catalog.current_setting('pgtrigger.ignore', true), '')::text[]
);
