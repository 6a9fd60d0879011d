"""How PostgreSQL finds what the public reads, among some thousand profiles."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from assessments.queries import directory
from assessments.queries.directory import Place, shown_profiles
from tests.hostile import triggers_off

pytestmark = pytest.mark.django_db

MANY = 4_000
# In no order; a tenth is not public; three of a hundred have the rare badge.
FILL = f"""
    INSERT INTO members (id, display_name, email)
    SELECT uuidv7(), 'Member ' || n, 'm' || n || '@example.org'
    FROM generate_series(1, {MANY}) AS n;

    INSERT INTO public_profiles (
        user_id, profile_slug, name, career_level, years_experience, archetype, badges, opted_in,
        state, submitted_at, published_at, version
    )
    SELECT id, 'member-' || n, display_name,
        (ARRAY['entry', 'mid', 'senior_manager', 'director', 'executive', 'c_level'])[
            1 + abs(hashint8extended(n, 1) % 6)
        ],
        n % 40, 'Type ' || abs(hashint8extended(n, 2) % 10),
        CASE WHEN hashint8extended(n, 3) % 33 = 0 THEN ARRAY['seasoned', 'rare']
            ELSE ARRAY['seasoned'] END,
        true, CASE WHEN hashint8extended(n, 4) % 10 = 0 THEN 'hidden' ELSE 'published' END, now(),
        now() - abs(hashint8extended(n, 5) % 100000000) * interval '1 second', 1
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM members) AS m;

    INSERT INTO profile_slug_history (slug, user_id, was_public)
    SELECT profile_slug, user_id, is_public FROM public_profiles;
"""


@pytest.fixture
def many(db: None) -> None:
    with triggers_off("public_profiles"), connection.cursor() as cursor:
        cursor.execute(FILL)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE members, public_profiles, profile_slug_history")


def plan(query: str, *values: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {query}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


def plan_of(rows: QuerySet[Any]) -> str:
    query, values = rows[:25].query.sql_with_params()
    return plan(query, *values)


def test_slug_is_found_by_its_keys(many: None) -> None:
    found = plan_of(shown_profiles().at_slug("member-77"))
    assert "Index Scan using profile_slug_history_" in found
    assert "public_profiles_pkey" in found
    assert "Seq Scan on public_profiles" not in found


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({}, "profile_public"),
        ({"career_level": "mid"}, "profile_public_by_level"),
        ({"archetype": "Type 3"}, "profile_public_by_archetype"),
        ({"badges__contains": ["seasoned"]}, "profile_public"),
        ({"career_level": "mid", "badges__contains": ["seasoned"]}, "profile_public_by_level"),
    ],
)
def test_list_reads_its_index_in_order(many: None, filters: dict[str, Any], index: str) -> None:
    newest = shown_profiles().newest().filter(**filters)
    middle = directory.page_of_profiles({}, None).next
    assert middle is not None
    for rows in (newest, newest.after(middle.published_at, middle.slug)):
        found = plan_of(rows)
        assert f"Index Scan using {index} " in found
        assert "Sort" not in found


def test_rare_badge_is_found_by_gin(many: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public_profiles SET badges = '{rarest}' WHERE name = 'Member 7'")
        cursor.execute("ANALYZE public_profiles")
    found = plan_of(shown_profiles().newest().filter(badges__contains=["rarest"]))
    assert "idx_public_profiles_badges" in found


def test_archetypes_are_hopped_over(many: None) -> None:
    found = plan(directory.OPTIONS)
    assert "_archetype on public_profiles" in found
    assert "Seq Scan on public_profiles" not in found
    assert directory.filter_options().archetypes == [f"Type {n}" for n in range(10)]


def test_every_public_profile_is_on_one_page(many: None) -> None:
    found: list[str] = []
    after: Place | None = None
    while True:
        page = directory.page_of_profiles({"archetype": "Type 3"}, after)
        found += [view.slug for view in page.profiles]
        if page.next is None:
            break
        after = Place.read(str(page.next))
    expected = shown_profiles().filter(archetype="Type 3").values_list("profile_slug", flat=True)
    assert len(found) > 100
    assert sorted(found) == sorted(expected)
