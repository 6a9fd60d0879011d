"""Objects of several models in one round, for their names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import BinaryField, Model, QuerySet

from ops.together import rows_of

type Key = tuple[type[Model], Any]
type Wanted = Mapping[type[Model], Collection[Any]]


def objects_of(wanted: Wanted) -> dict[Key, Model]:
    """(model, key) → the object, of those that are there."""
    found = by_model({model: named(model, keys) for model, keys in wanted.items() if keys})
    return {(model, row.pk): row for model, rows in found.items() for row in rows}


def named(model: type[Model], keys: Collection[Any]) -> QuerySet[Any]:
    """Without their files, which name nothing and may be large."""
    files = [each.name for each in model._meta.fields if isinstance(each, BinaryField)]
    return model._base_manager.filter(pk__in=keys).defer(*files)


def last_events(wanted: Wanted) -> dict[Key, Any]:
    """(model, key) → the last event of each."""
    known = {m: keys for m, keys in wanted.items() if keys and hasattr(m, "pgh_event_model")}
    found = by_model({model: last_of(model, keys) for model, keys in known.items()})
    return {(model, event.pgh_obj_id): event for model, rows in found.items() for event in rows}


def last_of(model: Any, keys: Collection[Any]) -> QuerySet[Any]:
    events = model.pgh_event_model.objects.filter(pgh_obj_id__in=keys)
    return events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")


def by_model(rows: Mapping[type[Model], QuerySet[Any]]) -> dict[type[Model], list[Any]]:
    """In one query."""
    found = rows_of(**{model._meta.label_lower: each for model, each in rows.items()})
    return {model: found[model._meta.label_lower] for model in rows}
