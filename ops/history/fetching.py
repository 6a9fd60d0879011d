"""Rows of several tables in one round, for their names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import JSONField, Model, QuerySet, Value
from django.db.models.expressions import RawSQL

type Key = tuple[type[Model], Any]


def rows_by_key(wanted: Mapping[type[Model], Collection[Any]]) -> dict[Key, Model]:
    """(model, key) → the row, of those that are there; one query for all of them."""
    models = [model for model, keys in wanted.items() if keys]
    parts = [
        as_json(number, model._base_manager.filter(pk__in=wanted[model]))
        for number, model in enumerate(models)
    ]
    rows = (made(models[number], row) for number, row in all_of(parts))
    return {(type(row), row.pk): row for row in rows}


def last_events(wanted: Mapping[type[Model], Collection[Any]]) -> dict[Key, Any]:
    """(model, key) → the last event of each; one query for all of them."""
    models = [model for model, keys in wanted.items() if keys and hasattr(model, "pgh_event_model")]
    parts = []
    for number, model in enumerate(models):
        events = model.pgh_event_model.objects  # type: ignore[attr-defined]
        last = events.filter(pgh_obj_id__in=wanted[model]).order_by("pgh_obj_id", "-pgh_id")
        keys = last.distinct("pgh_obj_id").values("pgh_id")
        parts.append(as_json(number, events.filter(pgh_id__in=keys)))
    found = (
        (models[number], made(models[number].pgh_event_model, row))  # type: ignore[attr-defined]
        for number, row in all_of(parts)
    )
    return {(model, event.pgh_obj_id): event for model, event in found}


def as_json(number: int, rows: QuerySet[Any]) -> QuerySet[Any, tuple[int, dict[str, Any]]]:
    """(number, column → value) of each."""
    table = connection.ops.quote_name(rows.model._meta.db_table)
    # A name of ours, and no parameter.
    row = RawSQL(f"to_jsonb({table})", [], output_field=JSONField())  # noqa: S611
    return rows.order_by().values_list(Value(number), row)


def all_of(parts: list[QuerySet[Any, tuple[int, dict[str, Any]]]]) -> Iterable[Any]:
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else (parts[0] if parts else ())


def made(model: type[Model], row: dict[str, Any]) -> Any:
    """The object, as if Django had read it."""
    fields = model._meta.concrete_fields
    values = [field.to_python(row[field.column]) for field in fields]
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in fields], values)
