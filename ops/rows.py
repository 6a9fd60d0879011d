"""Whole rows, for the export of a person's data."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.db.models.functions import Cast

CHUNK = 50


def whole_rows(rows: QuerySet[Any], *, without: Collection[str] = ()) -> Iterator[dict[str, Any]]:
    """Column → value of each, in order of the key. JSON too deep for Python stays text."""
    fields = [each for each in rows.model._meta.concrete_fields if each.attname not in without]
    deep = [each.attname for each in fields if isinstance(each, models.JSONField)]
    plain = [each.attname for each in fields if each.attname not in deep]
    texts = {f"{name}_text": Cast(name, models.TextField()) for name in deep}
    found = rows.order_by("pk").values(*plain, **texts)
    for row in found.iterator(chunk_size=CHUNK):
        parsed = {name: parsed_or_text(row.pop(f"{name}_text")) for name in deep}
        yield row | parsed


def parsed_or_text(written: str | None) -> Any:
    try:
        value = json.loads(written or "null")
        json.dumps(value)
    except RecursionError:
        return written
    return value
