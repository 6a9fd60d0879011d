"""History in words: values as a person reads them, and texts compared word by word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from django.db.models import Field, ForeignKey, Model, TextField
from django.utils import formats, timezone

from ops.history.fetching import last_events, objects_of
from ops.history.rows import Row, RowChange, Subject, foreign_keys, label_of, tracked_fields

# Above this many words a text is compared line by line: the effort grows with the square.
MANY_WORDS = 1_000
# Texts up to so many characters are easier to read whole.
SHORT = 60
# Texts that have less than this share in common are shown whole, one after the other.
ALIKE = 0.3
# Of a long stretch without a difference, so much is shown at either end.
AROUND = 80


class Piece(NamedTuple):
    """`kind` is "same", "gone" or "added"."""

    kind: str
    text: str


@dataclass(frozen=True)
class FieldWords:
    """One line of an entry; `pieces` is empty unless both sides are texts to compare."""

    label: str
    before: str
    after: str
    pieces: list[Piece]


@dataclass(frozen=True)
class RowWords:
    """`title` is empty for the object itself."""

    operation: str
    kind: str
    title: str
    known: bool
    fields: list[FieldWords]


class Names:
    """What foreign keys point to, fetched once a model, deleted objects as they were last."""

    def __init__(self) -> None:
        self._wanted: dict[type[Model], set[Any]] = {}
        self._found: dict[tuple[type[Model], Any], Model] = {}
        self.gone: set[tuple[type[Model], Any]] = set()

    def know(self, row: Model) -> None:
        self._found[type(row), row.pk] = row

    def want(self, model: type[Model], pk: Any) -> None:
        if pk is not None and (model, pk) not in self._found:
            self._wanted.setdefault(model, set()).add(pk)

    def want_of(self, changes: Iterable[RowChange]) -> None:
        for change in changes:
            for row in (change.before, change.after):
                for key in foreign_keys(change.model) if row else ():
                    self.want(key.related_model, row[key.attname])  # type: ignore[arg-type, index]

    def load(self) -> Names:
        """In one query; in a second one those that are gone."""
        self._found |= objects_of(self._wanted)
        gone = {
            model: {pk for pk in pks if (model, pk) not in self._found}
            for model, pks in self._wanted.items()
        }
        self.gone = {(model, pk) for model, pks in gone.items() for pk in pks}
        self._found |= {
            (model, pk): rebuilt(model, pk, vars(event))
            for (model, pk), event in last_events(gone).items()
        }
        return self

    def get(self, model: type[Model], pk: Any) -> Model | None:
        return self._found.get((model, pk))

    def text(self, model: type[Model], pk: Any) -> str:
        row = self.get(model, pk)
        text = str(row) if row else f"{label_of(model)} {pk}"
        return f"{text} (deleted)" if (model, pk) in self.gone else text


def rebuilt(model: type[Model], pk: Any, row: Row) -> Model:
    return model(pk=pk, **{f.attname: row[f.attname] for f in tracked_fields(model)})


def describe(change: RowChange, subject: Subject, names: Names) -> RowWords:
    row = change.after or change.before or {}
    is_object = change.model is subject.model
    title = ""
    if not is_object:
        instance = rebuilt(change.model, change.pk, row)
        for key in foreign_keys(change.model):
            target = names.get(key.related_model, row[key.attname])  # type: ignore[arg-type]
            if target is not None:
                setattr(instance, key.name, target)
        title = str(instance)
    return RowWords(
        operation=change.operation,
        kind=label_of(change.model),
        title=title,
        known=change.known,
        fields=[
            field_words(field, change.before or {}, change.after or {}, names)
            for field in change.fields
            if not subject.is_link(change.model, field)
        ],
    )


def field_words(field: Field[Any, Any], old: Row, new: Row, names: Names) -> FieldWords:
    before = value_text(field, old.get(field.attname), names)
    after = value_text(field, new.get(field.attname), names)
    is_prose = isinstance(field, TextField) and not field.choices
    is_long = max(len(before), len(after)) > SHORT
    return FieldWords(
        label=label_of(field),
        before=before,
        after=after,
        pieces=compare_texts(before, after) if is_prose and is_long and before and after else [],
    )


def value_text(field: Field[Any, Any], value: Any, names: Names) -> str:
    """As a person reads it; empty for nothing."""
    if value is None:
        return ""
    if isinstance(field, ForeignKey):
        return names.text(field.related_model, value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return plain_text(value)


def plain_text(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, indent=1) if value else ""
    return str(value)


def compare_texts(before: str, after: str) -> list[Piece]:
    """Word by word; long stretches in common are cut in the middle. Empty: hardly anything is."""
    old, new = words_of(before), words_of(after)
    if max(len(old), len(new)) > MANY_WORDS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    matcher = SequenceMatcher(None, old, new)
    if matcher.ratio() < ALIKE:
        return []
    pieces = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", shortened("".join(old[a:b]))))
            continue
        if a < b:
            pieces.append(Piece("gone", "".join(old[a:b])))
        if c < d:
            pieces.append(Piece("added", "".join(new[c:d])))
    return pieces


def words_of(text: str) -> list[str]:
    """With the space that follows: spaces of their own would make everything look alike."""
    return re.findall(r"\w+\s*|[^\w\s]\s*|\s+", text)


def shortened(text: str) -> str:
    if len(text) <= 3 * AROUND:
        return text
    start, end = text[:AROUND].rsplit(maxsplit=1)[0], text[-AROUND:].split(maxsplit=1)[-1]
    return f"{start} … {end}"
