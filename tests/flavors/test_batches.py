"""batch_insert_descriptors(): many descriptors of one source at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError

from flavors.models import Descriptor, Term
from tests.assessments.roles import ANON, MEMBER, ask
from tests.flavors.tasting import learner, note, run, term_of

pytestmark = pytest.mark.django_db

CALL = "SELECT * FROM batch_insert_descriptors(%s, %s, %s, %s)"


def flavor(text: Any, **given: Any) -> dict[str, Any]:
    return {"descriptor_text": text, "descriptor_type": "flavor"} | given


def batch(rows: Any, user: UUID, source: UUID | None = None) -> tuple[int, int, int, list[Any]]:
    [(inserted, duplicate, error, errors)] = run(
        CALL, json.dumps(rows), user, "quick_tasting", source
    )
    return inserted, duplicate, error, json.loads(errors)


def test_a_batch_is_written_with_its_terms() -> None:
    ada = learner()
    full = flavor(
        "Dark Chocolate",
        intensity=4,
        confidence_score=0.8254,
        item_name="Bar",
        item_category="chocolate",
        ai_extracted=True,
        extraction_model="m-1",
    )
    assert batch([full, flavor("lemon"), flavor("Lemon", descriptor_type="aroma")], ada) == (
        3,
        0,
        0,
        [],
    )

    row = Descriptor.objects.get(intensity=4)
    assert (row.term, str(row.confidence_score)) == (term_of("dark chocolate"), "0.825")
    assert (row.item_name, row.item_category, row.extraction_model) == ("Bar", "chocolate", "m-1")
    assert set(Term.objects.values_list("display_text", flat=True)) == {"Dark Chocolate", "lemon"}


def test_what_a_source_has_is_a_duplicate_in_whatever_month() -> None:
    run("SELECT create_partition('flavor_descriptors', 'month', '2019-03-05')")
    ada, source = learner(), uuid4()
    note(ada, "Lemon", source_id=source, at=datetime(2019, 3, 5, tzinfo=UTC))

    assert batch([flavor("lemon!"), flavor("Lime"), flavor("LIME")], ada, source)[:3] == (1, 2, 0)
    assert batch([flavor("lemon!"), flavor("Lime")], ada, source)[:3] == (0, 2, 0)
    assert batch([flavor("lime"), flavor("lime")], ada)[:3] == (2, 0, 0)


def test_rows_follow_the_list_and_the_first_spelling_names_the_term() -> None:
    ada, source = learner(), uuid4()
    note(ada, "lemon", source_id=source)
    given = ["Zest!", "LEMON", "zest", "apple", "", "Malt"]

    *counts, [problem] = batch([flavor(text) for text in given], ada, source)

    assert (counts, problem["place"]) == ([3, 2, 1], 5)
    written = Descriptor.objects.filter(source_id=source).order_by("pk")
    assert [row.descriptor_text for row in written] == ["lemon", "Zest!", "apple", "Malt"]
    assert all(row.term.normalized_form == row.normalized_form for row in written)
    assert term_of("zest").display_text == "Zest!"


def test_an_empty_batch_writes_nothing() -> None:
    assert batch([], learner(), uuid4()) == (0, 0, 0, [])


def test_nobodys_row_absorbs_anothers() -> None:
    ada, bob, source = learner(), learner("Bob"), uuid4()
    batch([flavor("lemon", intensity=2)], ada, source)

    *counts, [problem] = batch([flavor("Lemon", intensity=5)], bob, source)
    assert (counts, problem["reason"][:14]) == ([0, 0, 1], "Another member")
    assert [(d.user_id, d.intensity) for d in Descriptor.objects.all()] == [(ada, 2)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("lemon", "object"),
        (flavor(""), "letter or a digit"),
        (flavor(5), "letter or a digit"),
        ({"descriptor_type": "aroma"}, "letter or a digit"),
        (flavor("x" * 501), "500 characters"),
        (flavor("x", descriptor_type="color"), "descriptor_type"),
        (flavor("x", intensity=6), "intensity"),
        (flavor("x", intensity=2.5), "intensity"),
        (flavor("x", confidence_score=1.5), "confidence"),
        (flavor("x", ai_extracted="maybe"), "ai_extracted"),
        (flavor("x", extraction_model="m"), "model"),
        (flavor("x", item_name="y" * 201), "item_name"),
    ],
)
def test_an_error_is_told_and_the_others_are_written(row: Any, reason: str) -> None:
    inserted, duplicate, error, [problem] = batch([flavor("lemon"), row], learner())

    assert (inserted, duplicate, error) == (1, 0, 1)
    assert problem["place"] == 2
    assert reason in problem["reason"]


@pytest.mark.parametrize(
    ("rows", "source_type", "match"),
    [
        ({}, "quick_tasting", "as a list"),
        ([flavor("x")] * 10_001, "quick_tasting", "0 to 10000, not 10001"),
        ([], "dream", "not “dream”"),
        ([], None, "is one of"),
    ],
)
def test_parameters_out_of_range_are_refused(rows: Any, source_type: Any, match: str) -> None:
    with pytest.raises(DatabaseError, match=match):
        run(CALL, json.dumps(rows), learner(), source_type, None)


def test_members_write_for_themselves() -> None:
    ada, bob, rows = learner(), learner("Bob"), json.dumps([flavor("lemon")])

    assert ask(MEMBER, ada, CALL, rows, ada, "quick_tasting", None)[0][:3] == (1, 0, 0)
    for member in (bob, None):
        with pytest.raises(DatabaseError, match="another member"):
            ask(MEMBER, ada, CALL, rows, member, "quick_tasting", None)
    with pytest.raises(DatabaseError, match="permission denied"):
        ask(ANON, ada, CALL, rows, ada, "quick_tasting", None)


@pytest.mark.parametrize("is_known", [True, False])
def test_who_is_erased_or_unknown_writes_nothing(is_known: bool) -> None:
    member = learner() if is_known else uuid4()
    if is_known:
        run("SELECT erase_member(%s)", member)
    with pytest.raises(DatabaseError, match="is erased" if is_known else "no member"):
        batch([flavor("lemon")], member)
