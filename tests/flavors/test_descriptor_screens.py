"""The list of descriptors and the form of one, as staff see them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from flavors.admin import DescriptorAdmin
from flavors.models import Descriptor, FlavorCategory, Term
from flavors.term_sets import terms_like, terms_of
from ops.keyset import Total
from ops.models import AuditEntry
from tests.flavors.tasting import learner, note, run, term_of
from tests.screens import visit_as

LIST = "/admin/flavors/descriptor/"


@pytest.fixture
def ada(db: None) -> UUID:
    return learner()


@pytest.fixture
def content(db: None) -> Client:
    return visit_as("content")


def listed(client: Client, query: str) -> list[str]:
    found = client.get(LIST + query).context["cl"].result_list
    return [row.descriptor_text for row in found]


def test_filters_of_all_kinds(ada: UUID) -> None:
    client = visit_as("ops")
    note(learner("Bob"), "Salt", source_type="prose_review", descriptor_type="texture")
    run("SELECT create_partition('flavor_descriptors', 'month', '2020-11-02')")
    note(ada, "Smoke", ai_extracted=True, intensity=3, at="2020-11-02 10:00+00")
    run("UPDATE members SET email = 'ada@example.org' WHERE id = %s", ada)

    expected = {
        "": ["Salt", "Smoke"],
        "?term=smoke": ["Smoke"],
        f"?term={term_of('Salt').pk}": ["Salt"],
        f"?user_id={ada}": ["Smoke"],
        "?user_id=ADA@example.org": ["Smoke"],
        "?descriptor_type__exact=texture": ["Salt"],
        "?source_type__exact=prose_review": ["Salt"],
        "?intensity=3": ["Smoke"],
        "?intensity=none": ["Salt"],
        "?ai=yes": ["Smoke"],
        "?ai=no&intensity=3": [],
        "?created_at_to=2020-11-02": ["Smoke"],
        "?q=smo": ["Smoke"],
        "?q=lt": [],
        "?q=alt": ["Salt"],
        "?q=!": [],
        f"?q=salt&user_id={ada}": [],
    }
    assert {query: listed(client, query) for query in expected} == expected


def test_the_lexicon_says_how_many_a_search_finds(
    ada: UUID, content: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planner is asked only where there are filters, or nothing to search for."""
    monkeypatch.setattr(DescriptorAdmin, "list_per_page", 1)
    for text in ("Smoke", "Smoky", "Salt"):
        note(ada, text)

    def total(query: str) -> tuple[Total, bool]:
        with CaptureQueriesContext(connection) as asked:
            found = content.get(LIST + query).context["cl"].paginator.total
        return found, any(each["sql"].startswith("EXPLAIN") for each in asked)

    assert total("?q=smo") == (Total(2), False)
    assert total("?q=smo&descriptor_type__exact=flavor") == (Total(2), True)
    assert total("?q=%20") == (Total(3), True)
    run("UPDATE flavor_terms SET usage_count = 123456 WHERE normalized_form = 'smoke'")
    assert total("?q=smo") == (Total(123_500, is_exact=False), False)


def test_category_and_term_take_what_was_merged(ada: UUID, content: Client) -> None:
    branch = FlavorCategory.objects.create(name="Fruity")
    leaf = FlavorCategory.objects.create(name="Berries", parent=branch)
    for text in ("Raisin", "Raisins", "Salt"):
        note(ada, text)
    Term.objects.filter(pk=term_of("Raisin").pk).update(category=leaf)
    Term.objects.filter(pk=term_of("Raisins").pk).update(canonical=term_of("Raisin"))

    assert listed(content, f"?category={branch.pk}") == ["Raisins", "Raisin"]
    assert listed(content, "?term=raisin") == ["Raisins", "Raisin"]
    assert listed(content, "?q=raisin") == ["Raisins", "Raisin"]
    assert "Raisins → Raisin" in content.get(LIST).content.decode()
    assert listed(content, "?category=nonsense") == ["Salt", "Raisins", "Raisin"]


@pytest.mark.parametrize("look", [terms_like, terms_of])
def test_lexicon_is_asked_once(
    look: Any, ada: UUID, content: Client, django_assert_num_queries: Any
) -> None:
    """For the terms, and for what was merged into them."""
    for text in ("Grape", "Weinbeere", "Salt"):
        note(ada, text)
    Term.objects.filter(pk=term_of("Weinbeere").pk).update(canonical=term_of("Grape"))

    with django_assert_num_queries(1):
        found = look("grape")

    assert set(found.terms) == {term_of("Grape").pk, term_of("Weinbeere").pk}
    assert listed(content, "?q=gr") == listed(content, "?term=grape") == ["Weinbeere", "Grape"]


@pytest.mark.parametrize(("query", "said"), [("term=zzz", "no term “zzz”"),
                                             ("user_id=x", "as its id")])  # fmt: skip
def test_filter_that_names_nothing_says_so(content: Client, query: str, said: str) -> None:
    answer = content.get(f"{LIST}?{query}")

    assert said in " ".join(map(str, get_messages(answer.wsgi_request)))


def test_filter_without_an_index_says_how_far_it_looked(
    ada: UUID, content: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DescriptorAdmin, "reach", 5)
    note(ada, "Smoke", descriptor_type="defect")
    for number in range(12):
        note(ada, f"Salt {number}")

    answer = content.get(f"{LIST}?descriptor_type__exact=defect")
    page = answer.context["cl"].paginator.page
    text = answer.content.decode()
    while page.has_older:
        query = f"?descriptor_type__exact=defect&page={page.older}"
        answer = content.get(LIST + query)
        page = answer.context["cl"].paginator.page

    assert "Looked through 5 flavor descriptors" in text or "Looked through 5 descriptors" in text
    assert [row.descriptor_text for row in page.rows] == ["Smoke"]


def test_members_are_named_to_who_may_see_them(ada: UUID, content: Client) -> None:
    key = note(ada)

    assert "Ada Lovelace" in visit_as("analysts").get(LIST).content.decode()
    for address in (LIST, f"{LIST}{key}/change/"):
        page = content.get(address).content.decode()
        assert "Ada Lovelace" not in page
        assert str(ada)[-8:] in page


def sent(**given: Any) -> dict[str, Any]:
    return {
        "descriptor_text": "Wet stone",
        "descriptor_type": "aroma",
        "intensity": "2",
        "source_type": "quick_tasting",
        "source_id": "",
        "item_name": "",
        "item_category": "",
        "confidence_score": "",
        "extraction_model": "",
    } | given


def test_one_is_added_changed_and_deleted(ada: UUID, content: Client) -> None:
    content.post(f"{LIST}add/", sent(user=str(ada)))
    added = Descriptor.objects.get()
    content.post(f"{LIST}{added.pk}/change/", sent(descriptor_text="Slate", intensity="4"))
    changed = Descriptor.objects.get()
    content.post(f"{LIST}{added.pk}/delete/", {"post": "yes"})

    assert (added.term_id, added.user_id) == (term_of("wet stone").pk, ada)
    assert (changed.term_id, changed.intensity) == (term_of("slate").pk, 4)
    assert not Descriptor.objects.exists()
    actions = AuditEntry.objects.filter(entity_id=str(added.pk)).order_by("id")
    assert [each.action for each in actions] == ["add", "change", "delete"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"user": "nobody"}, "is not a valid UUID"),
        ({"user": str(uuid4())}, "There is no member with this id."),
        ({"descriptor_text": "!!"}, "needs a letter or a digit"),
        ({"intensity": "9"}, "1 to 5"),
        ({"extraction_model": "m"}, "only for what AI extracted"),
    ],
)
def test_form_says_what_is_wrong(
    ada: UUID, content: Client, given: dict[str, str], said: str
) -> None:
    page = content.post(f"{LIST}add/", sent(**{"user": str(ada)} | given)).content.decode()

    assert said in page
    assert not Descriptor.objects.exists()


def test_same_of_a_source_is_refused_in_words(ada: UUID, content: Client) -> None:
    source = uuid4()
    note(ada, "Slate", source_id=source)
    key = note(ada, "Smoke", source_id=source)

    page = content.post(
        f"{LIST}{key}/change/", sent(descriptor_text="slate", descriptor_type="flavor")
    ).content.decode()

    assert "This source has this descriptor of this type already." in page


def test_list_asks_as_often_for_twenty_rows_as_for_one(ada: UUID) -> None:
    client = visit_as("superuser")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    note(ada)
    queries()
    one = queries()
    for number in range(19):
        note(learner(f"Taster {number}"), f"Smoke {number}")

    assert queries() == one
