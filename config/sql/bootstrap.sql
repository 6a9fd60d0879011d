/*
Roles and extensions of Steward: the only thing that is ever done as a superuser.

Run it in template1, so that test and scratch databases inherit it, then make the database, which
inherits it too:

    psql -d template1 -v ON_ERROR_STOP=1 -f config/sql/bootstrap.sql
    createdb --owner=steward_owner steward
    psql -d postgres -c "ALTER ROLE steward_owner PASSWORD '…'"

It may be run again, there and in the database itself. The server needs
shared_preload_libraries = 'pg_stat_statements'.
*/

DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['steward_owner', 'steward_anon', 'steward_member'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I', v_role);
        END IF;
    END LOOP;
END
$$;

ALTER ROLE steward_owner
    LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB NOCREATEROLE NOREPLICATION INHERIT;
ALTER ROLE steward_anon
    NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE steward_member
    NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;

-- The owner may become a client role (SET ROLE), and has nothing of it otherwise.
GRANT steward_anon, steward_member TO steward_owner
    WITH ADMIN FALSE, INHERIT FALSE, SET TRUE;

-- The monitoring screens read all statistics, and end the sessions of others.
GRANT pg_monitor, pg_signal_backend TO steward_owner;

-- Functions that set it are restored in a session that has not loaded pg_trgm yet.
GRANT SET ON PARAMETER pg_trgm.similarity_threshold TO steward_owner;

ALTER SCHEMA public OWNER TO steward_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public;
