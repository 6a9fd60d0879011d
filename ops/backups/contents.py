"""What a database holds: rows and fingerprints by table, migrations, and what guards them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import Connection, sql

from ops.work import Refused

# The texts of values, and so the fingerprints, are the same in both databases.
PLAIN_VALUES = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "xmlbinary": "base64",
    "search_path": "public",
    "row_security": "on",
}
OURS = (
    "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND NOT EXISTS ("
    " SELECT FROM pg_depend AS d WHERE d.objid = {oid} AND d.deptype = 'e')"
)
TABLES = f"""
    SELECT n.nspname, c.relname
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND {OURS.format(oid="c.oid")}
    ORDER BY 1, 2
"""  # noqa: S608  # constants
FINGERPRINT = (
    "SELECT count(*), coalesce(sum(hashtextextended((whole.*)::text, 0)::numeric), 0)::text"
    " FROM ONLY {table} AS whole"
)
# Tables of which this role might not see all rows: a policy for all, without a condition, is what
# shows them to it.
HIDDEN = f"""
    SELECT n.nspname || '.' || c.relname
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND row_security_active(c.oid) AND {OURS.format(oid="c.oid")}
        AND (
            NOT EXISTS (
                SELECT FROM pg_policy AS p
                WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'r')
                    AND pg_get_expr(p.polqual, p.polrelid) = 'true'
                    AND EXISTS (
                        SELECT FROM unnest(p.polroles) AS role
                        WHERE role = 0 OR pg_has_role(current_user, role, 'USAGE')
                    )
            )
            OR EXISTS (
                SELECT FROM pg_policy AS p
                WHERE p.polrelid = c.oid AND NOT p.polpermissive AND p.polcmd IN ('*', 'r')
            )
        )
    ORDER BY 1
"""  # noqa: S608  # constants
# A dump leaves out what a table would have anyway, said or not: a REVOKE says it.
ACL = """
    nullif(
        c.relacl,
        acldefault((CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", c.relowner)
    )
"""
# Kind of thing → how many, each in the state in which it works.
GUARDS = f"""
    SELECT 'functions', count(*) FROM pg_proc AS f
        JOIN pg_namespace AS n ON n.oid = f.pronamespace WHERE {OURS.format(oid="f.oid")}
    UNION ALL
    SELECT 'views', count(*) FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'v' AND {OURS.format(oid="c.oid")}
    UNION ALL
    SELECT 'materialized views, filled', count(*) FROM pg_class AS c
        WHERE c.relkind = 'm' AND c.relispopulated
    UNION ALL
    SELECT 'partitions', count(*) FROM pg_class AS c WHERE c.relispartition AND c.relkind = 'r'
    UNION ALL
    SELECT 'sequences', count(*) FROM pg_class AS c WHERE c.relkind = 'S'
    UNION ALL
    SELECT 'indexes, valid', count(*) FROM pg_index AS i
        JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE i.indisvalid AND {OURS.format(oid="c.oid")} AND n.nspname <> 'pg_toast'
    UNION ALL
    SELECT 'constraints, validated', count(*) FROM pg_constraint AS k
        JOIN pg_namespace AS n ON n.oid = k.connamespace
        WHERE k.convalidated AND {OURS.format(oid="k.oid")}
    UNION ALL
    SELECT 'triggers, enabled', count(*) FROM pg_trigger WHERE tgenabled IN ('O', 'A')
    UNION ALL
    SELECT 'policies', count(*) FROM pg_policy
    UNION ALL
    SELECT 'tables under row-level security', count(*) FROM pg_class
        WHERE relrowsecurity AND relforcerowsecurity
    UNION ALL
    SELECT 'grants', count(*) FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace, aclexplode({ACL})
        WHERE {OURS.format(oid="c.oid")}
"""  # noqa: S608  # constants
MIGRATIONS = "SELECT app || '.' || name FROM public.django_migrations ORDER BY 1"
SEQUENCES = """
    SELECT schemaname || '.' || sequencename, coalesce(last_value, 0)
    FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1
"""

type Progress = Callable[[int, int, str], None]


def read_plainly(conn: Connection[Any]) -> None:
    """For the transaction that is open."""
    for name, value in PLAIN_VALUES.items():
        conn.execute("SELECT set_config(%s, %s, true)", [name, value])


def refuse_hidden_rows(conn: Connection[Any]) -> None:
    """Raises Refused when a dump by this role could lack rows, which pg_dump would not tell."""
    hidden = [name for (name,) in conn.execute(HIDDEN).fetchall()]
    if hidden:
        raise Refused(
            f"Row-level security may hide rows of {', '.join(hidden)} from {conn.info.user}: they"
            " need the policy staff_all TO steward_owner USING (true), and no restrictive one."
        )


def contents_of(conn: Connection[Any], progress: Progress) -> dict[str, Any]:
    """As JSON values. In a transaction of one snapshot it is exact."""
    read_plainly(conn)
    return {
        "migrations": [name for (name,) in conn.execute(MIGRATIONS).fetchall()],
        "guards": dict(conn.execute(GUARDS).fetchall()),
        "sequences": sequences_of(conn),
        "tables": tables_of(conn, progress),
    }


def sequences_of(conn: Connection[Any]) -> dict[str, int]:
    """As they are now: no snapshot holds them."""
    return dict(conn.execute(SEQUENCES).fetchall())


def tables_of(conn: Connection[Any], progress: Progress) -> dict[str, dict[str, Any]]:
    """Table → rows and fingerprint: the same for the same rows in any order."""
    tables = conn.execute(TABLES).fetchall()
    found = {}
    for done, (schema, name) in enumerate(tables):
        progress(done, len(tables), f"Counting {name}")
        statement = sql.SQL(FINGERPRINT).format(table=sql.Identifier(schema, name))
        row = conn.execute(statement).fetchone()
        found[f"{schema}.{name}"] = {"rows": row[0], "fingerprint": row[1]} if row else {}
    progress(len(tables), len(tables), "Counted")
    return found


def differences(wanted: dict[str, Any], found: dict[str, Any]) -> list[dict[str, str]]:
    """Of two contents: what differs, in words ("table", "dumped", "restored"); empty when equal."""
    tables = differing(wanted["tables"], found["tables"], rows_in_words)
    guards = differing(wanted["guards"], found["guards"], lambda count: f"{count:,}")
    sequences = sequences_apart(wanted, found["sequences"])
    one, other = set(wanted["migrations"]), set(found["migrations"])
    migrations = [
        {"what": name, "dumped": said(name in one), "restored": said(name in other)}
        for name in sorted(one ^ other)
    ]
    return [*tables, *guards, *sequences, *migrations]


def sequences_apart(wanted: dict[str, Any], found: dict[str, int]) -> list[dict[str, str]]:
    """Those that came back at a value which they did not have while the dump was made."""
    after = wanted["sequences"]
    before = wanted.get("sequences_before", after)
    apart = {
        name: value
        for name, value in after.items()
        if not before.get(name, 0) <= found.get(name, -1) <= value
    }
    came_back = {name: found[name] for name in apart if name in found}
    return differing(apart, came_back, lambda value: f"at {value:,}")


def said(applied: bool) -> str:
    return "applied" if applied else "not there"


def differing(
    wanted: dict[str, Any], found: dict[str, Any], words: Callable[[Any], str]
) -> list[dict[str, str]]:
    rows = []
    for name in sorted(wanted.keys() | found.keys()):
        one, other = wanted.get(name), found.get(name)
        if one == other:
            continue
        texts = ["not there" if each is None else words(each) for each in (one, other)]
        if texts[0] == texts[1]:
            texts[1] = f"{texts[1]}, but with other values"
        rows.append({"what": name, "dumped": texts[0], "restored": texts[1]})
    return rows


def rows_in_words(table: dict[str, Any]) -> str:
    return f"{table['rows']:,} row{'' if table['rows'] == 1 else 's'}"
