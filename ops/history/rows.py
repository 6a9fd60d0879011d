"""A row at two moments, and what differs between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Field, ForeignKey, Model
from django.utils.text import capfirst

# A row's tracked columns without its key: attname → value.
type Row = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """What has a history: a model, and the models whose rows belong to its objects.

    `related` is ((model, name of the foreign key), …). The fields in `kept` are shown but never
    put back: other screens own them.
    """

    model: type[Model]
    related: tuple[tuple[type[Model], str], ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def tracks(self) -> list[Track]:
        return [
            Track(self.model, "pgh_obj_id"),
            *(Track(model, column_of(model, name)) for model, name in self.related),
        ]

    def is_link(self, model: type[Model], field: Field[Any, Any]) -> bool:
        """The foreign key by which a related row belongs to the object."""
        return (model, field.name) in self.related


@dataclass(frozen=True)
class Track:
    """A tracked table in an object's history; its events name the object in the column `key`."""

    model: type[Model]
    key: str

    @property
    def events(self) -> Any:
        return self.model.pgh_event_model  # type: ignore[attr-defined]  # set by pghistory


@dataclass
class RowChange:
    """One row before and after: None where it did not exist.

    `known` is False when the history began after the row was made and says nothing of before.
    """

    model: type[Model]
    pk: Any
    before: Row | None
    after: Row | None
    known: bool = True

    @property
    def operation(self) -> str:
        if not self.known:
            return "changed"
        if self.before is None:
            return "added"
        return "deleted" if self.after is None else "changed"

    @property
    def fields(self) -> list[Field[Any, Any]]:
        """What differs; of a row that was made or deleted, whatever was filled in."""
        if self.before is not None and self.after is not None:
            before, after = self.before, self.after
            return [
                field
                for field in tracked_fields(self.model)
                if before.get(field.attname) != after.get(field.attname)
            ]
        row = self.after or self.before or {}
        return [f for f in tracked_fields(self.model) if row.get(f.attname) not in (None, "", [])]


def column_of(model: type[Model], name: str) -> str:
    return model._meta.get_field(name).attname  # type: ignore[union-attr]


def label_of(thing: Any) -> str:
    """Of a field or a model."""
    return str(capfirst(getattr(thing, "_meta", thing).verbose_name))


def plural_of(model: type[Model]) -> str:
    return str(capfirst(model._meta.verbose_name_plural))


@cache
def tracked_fields(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    """The model's fields that its history records, without the key."""
    recorded = {field.name for field in model.pgh_event_model._meta.fields}  # type: ignore[attr-defined]
    return tuple(
        field for field in model._meta.fields if field.name in recorded and not field.primary_key
    )


def foreign_keys(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    return [field for field in tracked_fields(model) if isinstance(field, ForeignKey)]


def row_of(model: type[Model], source: Any) -> Row:
    """From an event or from an object of `model`."""
    return {field.attname: getattr(source, field.attname) for field in tracked_fields(model)}
