"""What came in one round is what Django reads by itself."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F, Model, QuerySet, Value

from ops.history.fetching import objects_of
from ops.models.matview import ViewState
from ops.together import counts_of, rows_of
from quizbank.models import Choice, ImportBatch, Question
from tests.everything import make_one_of_each
from tests.rows import make_row

pytestmark = pytest.mark.django_db


def values_of(rows: list[Any]) -> list[dict[str, str]]:
    """As text that tells types and digits apart."""
    fields = [each.attname for each in rows[0]._meta.concrete_fields] if rows else []
    return [{name: repr(getattr(row, name)) for name in fields} for row in rows]


def stored() -> list[type[Model]]:
    tables = set(connection.introspection.table_names(include_views=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT matviewname FROM pg_catalog.pg_matviews")
        tables |= {name for (name,) in cursor.fetchall()}
    return [model for model in apps.get_models() if model._meta.db_table in tables]


def test_rows_of_every_model_are_the_same() -> None:
    make_one_of_each()
    seen = 0
    for model in stored():
        rows: QuerySet[Any] = model._base_manager.order_by("pk")[:5]
        expected = values_of(list(rows))
        assert values_of(rows_of(rows=rows)["rows"]) == expected, model._meta.label
        seen += len(expected)
    assert seen > 200


def test_digits_bytes_and_durations_are_the_same() -> None:
    Choice.objects.filter(pk=make_row(Choice).pk).update(tolerance=Decimal("12345678.0123456789"))
    took = timedelta(days=-2, hours=3, microseconds=7)
    state = ViewState.objects.create(name="somewhere", stale_after=took, reads=[], depends_on=[])
    batch = make_row(ImportBatch)
    ImportBatch.objects.filter(pk=batch.pk).update(file=b"\x00\xff'\\x41")

    found = rows_of(
        choices=Choice.objects.exclude(tolerance=None),
        states=ViewState.objects.filter(pk=state.pk),
        batches=ImportBatch.objects.filter(pk=batch.pk),
    )

    assert [each.tolerance for each in found["choices"]] == [Decimal("12345678.0123456789")]
    assert [(each.stale_after, each.duration) for each in found["states"]] == [(took, None)]
    assert [bytes(each.file) for each in found["batches"]] == [b"\x00\xff'\\x41"]


def test_annotations_and_what_is_deferred_come_as_django_reads_them() -> None:
    make_row(Choice)
    rows = Choice.objects.only("text").annotate(half=Value(Decimal("0.50")), of=F("question__stem"))

    (expected,) = rows
    (found,) = rows_of(rows=rows)["rows"]

    assert (repr(found.half), found.of) == (repr(expected.half), expected.of)
    assert found.get_deferred_fields() == expected.get_deferred_fields()


def test_orders_slices_and_nothing() -> None:
    for _ in range(3):
        make_row(Question)
    newest = Question.objects.order_by("-pk")

    found = rows_of(two=newest[:2], none=Question.objects.none(), absent=newest.filter(stem="?"))

    assert found == {"two": list(newest[:2]), "none": [], "absent": []}
    assert rows_of() == {}


def test_counts_go_no_further_than_their_slices() -> None:
    for _ in range(3):
        make_row(Question)
    questions = Question.objects.order_by("stem")

    assert counts_of(some=questions[:2], every=questions, none=Question.objects.none()) == {
        "some": 2,
        "every": 3,
        "none": 0,
    }


def test_names_of_imports_come_without_their_files() -> None:
    batch = make_row(ImportBatch)

    (found,) = objects_of({ImportBatch: [batch.pk]}).values()

    assert found.get_deferred_fields() == {"file"}
