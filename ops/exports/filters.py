"""The values of an export's own filters: those that may be chosen, or what a text means."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection
from psycopg import sql

from ops.registry import Export, ExportFilter
from ops.work import Refused


def choices_of(known: ExportFilter) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(known.choices)
        return list(cursor.fetchall())


def chosen_filters(
    export: Export, typed: Mapping[str, str], *, has_period: bool = False
) -> dict[str, str]:
    """Filter → value, empty ones left out. Raises Refused for what is none."""
    known = {each.name: each for each in export.filters}
    if has_period and not (export.made or export.at):
        raise Refused(f"{export.title} have no time: leave the days out.")
    if unknown := sorted(set(typed) - set(known)):
        offered = f"it has {', '.join(known)}" if known else "it has none"
        raise Refused(f"{export.title} have no filter {', '.join(unknown)}: {offered}.")
    return {name: value_of(known[name], text.strip()) for name, text in typed.items() if text}


def value_of(known: ExportFilter, text: str) -> str:
    if known.choices:
        offered = dict(choices_of(known))
        labels = {label.partition(":")[0]: value for value, label in offered.items()}
        value = text if text in offered else labels.get(text)
        if value is None:
            raise Refused(f"{known.label}: there is no {text}.")
        return value
    statement = sql.SQL(known.find).format(value=sql.Literal(text.replace("\0", "")))
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string())
        found = cursor.fetchall()
    if len(found) != 1:
        raise Refused(f"{known.label}: nobody is {text}." if not found else f"{text} are several.")
    return str(found[0][0])
