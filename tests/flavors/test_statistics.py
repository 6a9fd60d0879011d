from __future__ import annotations

import json
from uuid import UUID

import pytest
from django.test import Client

from flavors.models import CategoryDescriptorSummary
from flavors.statistics import Uses, by_category, by_month, by_term, by_type, leanings, top_terms
from tests.flavors.tasting import learner, merge, place, taste
from tests.flavors.wheels.tasters import ada, refresh, tree
from tests.screens import visit_as

STATISTICS = "/admin/flavors/flavorwheel/statistics/"


@pytest.fixture
def member(db: None) -> UUID:
    tree()
    made = ada()
    refresh()
    return made


def member_page(visitor: str, member: UUID) -> str:
    return visit_as(visitor).get(f"/admin/assessments/member/{member}/change/").content.decode()


def test_figures_of_everybody(member: UUID) -> None:
    assert by_type() == [Uses("Flavor", 4, 0), Uses("Aroma", 1, 1), Uses("Metaphor", 1, 0)]
    assert by_category() == [Uses("Fruit", 4, 1), Uses("Sweet", 1, 0), Uses("Uncategorised", 1, 0)]
    assert sum(each.uses for each in by_term()) == 6
    assert [(each.uses, each.ai_uses) for each in by_month()] == [(6, 1)]


def test_top_terms_by_type(member: UUID) -> None:
    found = top_terms(descriptor_type="aroma")

    assert [(each.text, each.category, each.subcategory, each.uses) for each in found] == [
        ("blueberry", "Fruit", "Berries", 1)
    ]


def test_a_category_counts_what_was_merged_once(db: None) -> None:
    """Aroma: of two that were merged, and of none that stayed."""
    taster = learner()
    taste(taster, "Raisin", "Raisins", "Smoke")
    taste(taster, "Raisins", "Sultana", descriptor_type="aroma")
    place("Raisin", "Fruity", "Dried")
    merge("Raisin", "Raisins", "Sultana")
    refresh()

    found = CategoryDescriptorSummary.objects.order_by("category", "descriptor_type")
    assert list(
        found.values_list("category", "subcategory", "descriptor_type", "term_count", "usage_count")
    ) == [
        ("Fruity", "Dried", "aroma", 1, 2),
        ("Fruity", "Dried", "flavor", 1, 2),
        (None, None, "flavor", 1, 1),
    ]


def test_leanings_are_shares_of_each_side() -> None:
    found = leanings([Uses("Fruit", 6, 1), Uses("Sweet", 8, 3)])

    assert [(each.name, each.ai_percent, each.typed_percent, each.signed) for each in found] == [
        ("Sweet", "75.0%", "50.0%", "+25.0"),
        ("Fruit", "25.0%", "50.0%", "\N{MINUS SIGN}25.0"),
    ]


def test_leanings_need_both_sides() -> None:
    assert leanings([]) == []
    assert leanings([Uses("Fruit", 3, 0)]) == []
    assert leanings([Uses("Fruit", 3, 3)]) == []


def test_the_page_of_everybody(member: UUID) -> None:
    page = visit_as("analysts").get(STATISTICS).content.decode()

    assert "raspberry" in page
    assert "The last 30 days" in page
    assert "6 descriptors; the table has the figures" in page
    assert "Models use more" in page


def test_the_page_by_type(member: UUID) -> None:
    page = visit_as("content").get(STATISTICS, {"type": "metaphor"}).content.decode()

    assert "an old library" in page
    assert 'aria-current="page">Metaphor' in page


@pytest.mark.parametrize("query", [{}, {"type": "nonsense"}])
def test_the_page_of_nothing(db: None, query: dict[str, str]) -> None:
    answer = visit_as("content").get(STATISTICS, query)

    assert "Nothing is counted yet" in answer.content.decode()


def test_a_member_has_a_section(member: UUID) -> None:
    page = member_page("analysts", member)

    assert "Tastings" in page
    assert f"?scope=personal&amp;of={member}&amp;type=aroma" in page
    assert "raspberry" in page


def test_a_section_of_nothing(db: None) -> None:
    assert "No descriptor is counted yet" in member_page("ops", learner("Nobody Special"))


def test_moderators_do_not_see_tastings(member: UUID) -> None:
    assert "Tastings" not in member_page("moderators", member)


def test_tastings_are_in_the_export_of_a_member(member: UUID) -> None:
    client: Client = visit_as("ops")
    answer = client.post(f"/admin/assessments/member/{member}/export/")
    text = b"".join(answer) if answer.streaming else answer.content

    tastings = json.loads(text)["sections"]["tastings"]
    assert len(tastings["descriptors"]) == 6
    assert tastings["flavor_wheels"] == []
