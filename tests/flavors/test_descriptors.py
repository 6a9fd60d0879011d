"""The tables of the flavors, in plain SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from flavors.models import Descriptor, DescriptorChange, FlavorCategory, Term
from flavors.models.choices import DescriptorType, SourceType
from tests.assessments.roles import ANON, MEMBER, ask
from tests.flavors.tasting import canonical_of, learner, note, run, term_of

pytestmark = pytest.mark.django_db


def refused(match: str, sql: str, *values: Any) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        run(sql, *values)


def test_a_descriptor_makes_its_term_and_the_next_one_finds_it() -> None:
    ada, bob = learner(), learner("Bob")
    note(ada, " Crème Brûlée ")
    note(bob, "creme brulee")

    [term] = Term.objects.all()
    assert (term.display_text, term.normalized_form) == ("Crème Brûlée", "creme brulee")
    assert (term.status, term.canonical, term.category) == ("suggested", None, None)
    assert {d.term_id for d in Descriptor.objects.all()} == {term.pk}


def test_nobody_gives_a_descriptor_the_term_of_another_text() -> None:
    ada = learner()
    note(ada, "Lemon")
    note(ada, "LEMON!", term_id=term_of("Lemon").pk)
    for wrong in (term_of("Lemon").pk, -1):
        with pytest.raises(DatabaseError, match="is another one"), transaction.atomic():
            note(ada, "Lime", term_id=wrong)

    run("UPDATE flavor_descriptors SET term_id = 0")
    run("UPDATE flavor_descriptors SET descriptor_text = 'Limes' WHERE descriptor_text = 'LEMON!'")
    assert {(d.descriptor_text, d.term.display_text) for d in Descriptor.objects.all()} == {
        ("Lemon", "Lemon"),
        ("Limes", "Limes"),
    }


def test_new_words_of_one_source_in_one_statement() -> None:
    ada, source = learner(), uuid4()
    insert = (
        "INSERT INTO flavor_descriptors"
        " (user_id, source_type, source_id, descriptor_type, descriptor_text)"
        " SELECT %s, 'quick_tasting', %s, 'aroma', unnest(%s::text[]){}"
    )
    run(insert.format(""), ada, source, ["lime", "lemon", "melon"])
    assert {d.term.display_text for d in Descriptor.objects.all()} == {"lime", "lemon", "melon"}

    with pytest.raises(DatabaseError, match="_once"), transaction.atomic():
        run(insert.format(""), ada, source, ["fig", "date", "Fig!"])
    run(insert.format(" ON CONFLICT DO NOTHING"), ada, source, ["Lime", "fig", "date", "Fig!"])
    assert sorted(d.descriptor_text for d in Descriptor.objects.all()) == [
        "date",
        "fig",
        "lemon",
        "lime",
        "melon",
    ]
    assert not Descriptor.objects.filter(term_id__lte=0).exists()


@pytest.mark.parametrize(
    ("match", "given"),
    [
        ("letter or a digit", {"descriptor_text": "🍋!"}),
        ("letter or a digit", {"descriptor_text": "   "}),
        ("500 characters", {"descriptor_text": "x" * 501}),
        ("500 characters", {"descriptor_text": "ﷺ" * 400}),
        ("descriptor_item_is_short", {"item_name": "x" * 201}),
        ("descriptor_intensity_is_1_to_5", {"intensity": 6}),
        ("descriptor_intensity_is_1_to_5", {"intensity": 0}),
        ("descriptor_confidence_is_a_share", {"confidence_score": 1.5}),
        ("descriptor_source_is_known", {"source_type": "dream"}),
        ("descriptor_type_is_known", {"descriptor_type": "color"}),
        ("descriptor_model_extracted_it", {"extraction_model": "m"}),
        ("no member", {"user_id": uuid4()}),
    ],
)
def test_what_a_descriptor_cannot_be(match: str, given: dict[str, Any]) -> None:
    ada = learner()
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        note(ada, **given)
    assert not Term.objects.filter(normalized_form="").exists()


def test_a_source_names_a_descriptor_once_a_type() -> None:
    ada, source = learner(), uuid4()
    note(ada, "Lemon", source_id=source)
    note(ada, "Lemon", source_id=source, descriptor_type="aroma")
    note(ada, "Lemon")
    note(ada, "Lemon")

    with pytest.raises(DatabaseError, match="_once"), transaction.atomic():
        note(ada, "LEMON!", source_id=source)
    assert run(
        "INSERT INTO flavor_descriptors"
        " (user_id, source_type, source_id, descriptor_text, descriptor_type)"
        " VALUES (%s, 'quick_tasting', %s, 'lemon', 'flavor') ON CONFLICT DO NOTHING",
        ada,
        source,
    ) == [(0,)]


def test_each_type_of_each_kind_of_source_is_told_apart() -> None:
    ada, source = learner(), uuid4()
    for kind in SourceType.values:
        for type_ in DescriptorType.values:
            note(ada, "Lemon", source_id=source, source_type=kind, descriptor_type=type_)
            note(ada, "Lime", source_id=source, source_type=kind, descriptor_type=type_)
            with pytest.raises(DatabaseError, match="_once"), transaction.atomic():
                note(ada, "LEMON!", source_id=source, source_type=kind, descriptor_type=type_)


def test_a_new_partition_has_the_unique_index_too() -> None:
    run("SELECT create_partition('flavor_descriptors', 'month', '2019-03-05')")
    ada, source, march = learner(), uuid4(), datetime(2019, 3, 5, tzinfo=UTC)
    note(ada, source_id=source, at=march)

    assert Descriptor.objects.get().created_at == march
    with pytest.raises(DatabaseError, match="flavor_descriptors_2019_03_once"):
        note(ada, source_id=source, at=march)


def test_a_descriptor_keeps_its_member_and_source() -> None:
    note(learner(), source_id=uuid4())
    for column in ("user_id", "source_id", "id"):
        refused("Cannot update", f"UPDATE flavor_descriptors SET {column} = %s", uuid4())


def test_a_term_stays_and_keeps_its_form() -> None:
    note(learner(), "Lemon")
    refused("Cannot delete", "DELETE FROM flavor_terms")
    refused("Cannot update", "UPDATE flavor_terms SET normalized_form = 'lime'")
    refused("term_text_has_its_form", "UPDATE flavor_terms SET display_text = 'Lime'")
    run("UPDATE flavor_terms SET display_text = 'LEMON'")
    refused("normalized_form", "INSERT INTO flavor_terms (display_text) VALUES ('lemon.')")


def test_merges_do_not_chain() -> None:
    for text in ("Raisin", "Raisins", "Raisns"):
        note(learner(), text)
    raisin, raisins, raisns = (term_of(text).pk for text in ("Raisin", "Raisins", "Raisns"))
    merge = "UPDATE flavor_terms SET canonical_id = %s WHERE id = ANY (%s)"
    refused("term_is_not_merged_into_itself", merge, raisin, [raisin])
    run(merge, raisins, [raisns])
    refused("merged itself", merge, raisin, [raisins])
    refused("merged itself", merge, raisns, [raisin])
    refused(
        "merged itself",
        "INSERT INTO flavor_terms (display_text, canonical_id) VALUES ('Rasin', %s)",
        raisns,
    )
    run(merge, raisin, [raisins, raisns])

    assert {canonical_of(text) for text in ("Raisin", "Raisins", "Raisns")} == {"Raisin"}
    note(learner(), "RAISNS")
    assert canonical_of("raisns") == "Raisin"


def test_categories_are_a_tree_of_one_kind() -> None:
    fruity = FlavorCategory.objects.create(name="Fruity", color="#dd3322")
    berry = FlavorCategory.objects.create(name="Berry", parent=fruity)
    move = "UPDATE flavor_categories SET parent_id = %s WHERE id = %s"
    refused("below itself", move, berry.pk, fruity.pk)
    refused("below itself", move, fruity.pk, fruity.pk)
    refused(
        "kind of its parent",
        "UPDATE flavor_categories SET kind = 'metaphor' WHERE id = %s",
        berry.pk,
    )
    add = "INSERT INTO flavor_categories (name, parent_id, color) VALUES (%s, %s, %s)"
    refused("unique_in_its_parent", add, "berry", fruity.pk, "")
    refused("unique_in_its_parent", add, "FRUITY", None, "")
    refused("color_is_a_color", add, "Nutty", None, "red")
    run(add, "Berry", berry.pk, "")


def test_history_of_terms_is_of_what_people_decide() -> None:
    note(learner(), "Lemon")
    run("UPDATE flavor_terms SET usage_count = 5")
    run("UPDATE flavor_terms SET status = 'approved'")

    assert [e.pgh_label for e in Term.pgh_event_model.objects.order_by("pgh_id")] == [  # type: ignore[attr-defined]
        "insert",
        "update",
    ]


def test_each_statement_marks_the_months_of_its_members() -> None:
    ada, bob = learner(), learner("Bob")
    run(
        "INSERT INTO flavor_descriptors (user_id, source_type, descriptor_text, descriptor_type)"
        " SELECT m, 'quick_tasting', 'note ' || n, 'aroma'"
        " FROM unnest(%s) AS m, generate_series(1, 3) AS n",
        [ada, bob],
    )
    run("UPDATE flavor_descriptors SET intensity = 3 WHERE user_id = %s", ada)
    run("DELETE FROM flavor_descriptors WHERE user_id = %s", bob)

    marks = DescriptorChange.objects.values_list("user_id", "rows")
    assert sorted(marks) == sorted([(ada, 3), (bob, 3), (ada, 3), (bob, 3)])
    assert {mark.month.day for mark in DescriptorChange.objects.all()} == {1}


ADD = (
    "INSERT INTO flavor_descriptors (user_id, source_type, descriptor_text, descriptor_type)"
    " VALUES (%s, 'quick_tasting', %s, 'aroma')"
)


def test_members_read_and_write_their_own() -> None:
    ada, bob = learner(), learner("Bob")
    note(bob, "Lime")
    assert ask(MEMBER, ada, ADD, ada, "Lemon") == [(1,)]
    assert ask(MEMBER, ada, "SELECT descriptor_text FROM flavor_descriptors") == [("Lemon",)]
    assert ask(MEMBER, ada, "UPDATE flavor_descriptors SET intensity = 2") == [(1,)]
    assert ask(MEMBER, ada, "UPDATE flavor_descriptors SET descriptor_text = 'Limes'") == [(1,)]
    assert ask(MEMBER, ada, "DELETE FROM flavor_descriptors") == [(1,)]
    assert Descriptor.objects.get().user_id == bob
    assert term_of("Limes").status == "suggested"


@pytest.mark.parametrize(
    ("role", "query"),
    [
        (ANON, "SELECT FROM flavor_descriptors"),
        (ANON, "SELECT FROM flavor_terms"),
        (MEMBER, "SELECT FROM flavor_terms"),
        (MEMBER, "SELECT FROM descriptor_changes"),
        (MEMBER, "INSERT INTO flavor_terms (display_text) VALUES ('x')"),
        (MEMBER, "UPDATE flavor_categories SET name = 'x'"),
        (MEMBER, "UPDATE flavor_descriptors SET term_id = 1"),
        (MEMBER, "UPDATE flavor_wheels SET scope = 'universal', user_id = NULL"),
        (MEMBER, "SELECT ensure_flavor_terms('{a}')"),
    ],
)
def test_clients_have_no_other_grant(role: str, query: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"):
        ask(role, learner(), query)


def test_nobody_writes_for_another() -> None:
    ada, bob = learner(), learner("Bob")
    with pytest.raises(DatabaseError, match="row-level security"):
        ask(MEMBER, ada, ADD, bob, "Lemon")
    assert ask(MEMBER, "", "SELECT id FROM flavor_descriptors") == []


SAVE = (
    "INSERT INTO flavor_wheels (user_id, scope, wheel_type, data, descriptor_count)"
    " VALUES (%s, %s, 'aroma', %s, 0)"
)
EMPTY = '{"categories": []}'


def test_universal_wheels_are_public_and_others_their_members() -> None:
    ada, bob = learner(), learner("Bob")
    run(SAVE, None, "universal", EMPTY)
    run(SAVE, bob, "personal", EMPTY)
    assert ask(MEMBER, ada, SAVE, ada, "personal", EMPTY) == [(1,)]

    read = "SELECT scope, user_id FROM flavor_wheels ORDER BY scope"
    assert ask(ANON, None, read) == [("universal", None)]
    assert ask(MEMBER, ada, read) == [("personal", ada), ("universal", None)]
    with pytest.raises(DatabaseError, match="row-level security"):
        ask(MEMBER, ada, SAVE, None, "universal", EMPTY)


@pytest.mark.parametrize(
    ("match", "scope", "data"),
    [
        ("wheel_of_member_has_member", "personal", EMPTY),
        ("wheel_says_of_what", "item", EMPTY),
        ("wheel_scope_is_known", "galaxy", EMPTY),
        ("wheel_data_is_a_wheel", "universal", "[]"),
        ("wheel_data_is_a_wheel", "universal", "{}"),
    ],
)
def test_what_a_wheel_cannot_be(match: str, scope: str, data: str) -> None:
    refused(match, SAVE, None, scope, data)


def test_a_wheel_is_saved_once() -> None:
    run(SAVE, None, "universal", EMPTY)
    refused("wheel_is_saved_once", SAVE, None, "universal", EMPTY)


def test_an_erased_member_leaves_no_descriptor_and_makes_none() -> None:
    ada, bob = learner(), learner("Bob")
    note(ada, "Lemon")
    note(bob, "Lemon")
    run(SAVE, ada, "personal", EMPTY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT erase_member(%s)", [ada])
        counts = cursor.fetchone()[0]

    assert '"flavor_descriptors": 1' in counts
    assert [d.user_id for d in Descriptor.objects.all()] == [bob]
    assert run("SELECT id FROM flavor_wheels") == []
    for sql in (ADD, SAVE):
        values = (ada, "Lime") if sql is ADD else (ada, "personal", EMPTY)
        refused("This member is erased", sql, *values)
    assert DescriptorChange.objects.filter(user_id=ada).count() == 2


# --- Room ----------------------------------------------------------------------------------------
def test_indexes_of_a_new_month_are_built_without_room() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public.create_partition('flavor_descriptors', 'month', '2041-05-01')"
        )
        cursor.execute(
            "SELECT DISTINCT c.reloptions FROM pg_index AS i"
            " JOIN pg_class AS c ON c.oid = i.indexrelid"
            " WHERE i.indrelid = 'flavor_descriptors_2041_05'::regclass"
        )
        assert cursor.fetchall() == [(["fillfactor=100"],)]
