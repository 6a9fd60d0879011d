"""What other clients reach in SQL: read from the catalog, written as tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db import connection

CLIENTS = ("steward_anon", "steward_member")
MONITOR = "pg_monitor"

RELATIONS = """
    SELECT c.relname, verb.name,
        CASE
            WHEN has_table_privilege(%(role)s, c.oid, verb.name) THEN '{}'
            ELSE ARRAY(
                SELECT a.attname::text FROM pg_attribute AS a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                    AND has_column_privilege(%(role)s, c.oid, a.attnum, verb.column_verb)
                ORDER BY a.attnum
            )
        END
    FROM pg_class AS c
    CROSS JOIN (VALUES
        (1, 'SELECT', 'SELECT'), (2, 'INSERT', 'INSERT'), (3, 'UPDATE', 'UPDATE'),
        (4, 'DELETE', NULL)
    ) AS verb (n, name, column_verb)
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
        AND NOT c.relispartition AND c.relname NOT LIKE 'pg_stat_statements%%'
        AND (
            has_table_privilege(%(role)s, c.oid, verb.name)
            OR verb.column_verb IS NOT NULL
                AND has_any_column_privilege(%(role)s, c.oid, verb.column_verb)
        )
    ORDER BY c.relname, verb.n
"""
# `is_own`: the role is named in the grant; else the function is open to everybody.
FUNCTIONS = """
    SELECT p.proname, pg_get_function_identity_arguments(p.oid), pg_get_function_arguments(p.oid),
        pg_get_function_result(p.oid), p.prosrc,
        EXISTS (
            SELECT FROM aclexplode(p.proacl) AS acl WHERE acl.grantee = %(role)s::regrole
        ) AS is_own
    FROM pg_proc AS p
    WHERE p.pronamespace = 'public'::regnamespace AND p.prorettype <> 'trigger'::regtype
        AND has_function_privilege(%(role)s, p.oid, 'EXECUTE')
        AND NOT EXISTS (
            SELECT FROM pg_depend AS d
            WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
        )
    ORDER BY p.proname
"""


def rows(query: str, role: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"role": role})
        return list(cursor.fetchall())


def own_functions(role: str) -> list[tuple[Any, ...]]:
    return [row[:-1] for row in rows(FUNCTIONS, role) if row[-1]]


# --- Parts ---------------------------------------------------------------------------------------
def client_tables() -> Iterator[tuple[str, ...]]:
    """Role, table, what it may do there."""
    for role in CLIENTS:
        found: dict[str, list[str]] = {}
        for table, verb, columns in rows(RELATIONS, role):
            names = f" ({', '.join(columns)})" if columns else ""
            found.setdefault(table, []).append(f"{verb}{names}")
        for table, verbs in found.items():
            yield f"`{role.removeprefix('steward_')}`", f"`{table}`", "<br>".join(verbs)


def client_functions() -> str:
    """A heading each."""
    return "\n".join(described(*row) for row in own_functions("steward_member"))


def described(name: str, _: str, arguments: str, result: str, source: str) -> str:
    lines = [f"### {name}", "", "```text", f"{name}({short(arguments)})", f"  → {short(result)}"]
    return "\n".join([*lines, "```", "", about(source), ""])


def short(types: str) -> str:
    """As people write them."""
    return re.sub(
        r"::(uuid|text|timestamp with time zone|jsonb|integer|real)",
        "",
        types.replace("timestamp with time zone", "timestamptz").replace("::timestamptz", ""),
    )


def about(source: str) -> str:
    """The comment that the function's body begins with, but for which index it uses."""
    found = re.search(r"/\*(.*?)\*/", source, re.DOTALL)
    text = " ".join(found[1].split()) if found else ""
    text = re.sub(r" ?Uses index: .*", "", text)
    refusals = [
        re.sub(r"%%?", "…", said.replace("''", "'"))
        for said in re.findall(r"RAISE EXCEPTION\s+'((?:[^']|'')*)'", source)
    ]
    if refusals:
        text += f" Refuses: {' '.join(f'*{said}*' for said in refusals)}"
    return text


def helpers() -> str:
    """Functions that are open to everybody, because policies and constraints call them."""
    names = {row[0] for role in CLIENTS for row in rows(FUNCTIONS, role) if not row[-1]}
    return ", ".join(f"`{name}`" for name in sorted(names) if not name.startswith("_")) + "\n"


def monitoring() -> str:
    views = [f"`{table}`" for table, verb, _ in rows(RELATIONS, MONITOR) if verb == "SELECT"]
    functions = [f"`{name}({arguments})`" for name, arguments, *_ in own_functions(MONITOR)]
    return f"Views and tables: {', '.join(views)}.\n\nFunctions: {', '.join(functions)}.\n"


def error_codes() -> set[str]:
    """Conditions that our functions raise."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT (regexp_matches(prosrc, 'ERRCODE = ''(\\w+)''', 'g'))[1]"
            " FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
        return {name for (name,) in cursor.fetchall()}
