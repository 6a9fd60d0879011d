"""A month of descriptors leaves for the archive and comes back: what is kept of it stays right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from flavors.models import Descriptor, FlavorCategory, Term
from flavors.rollups import differences
from tests.flavors.tasting import learner, note, run, term_of, value

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("flavor_descriptors", "flavor_descriptors_2019_03")
ROWS = "SELECT d::text FROM flavor_descriptors AS d ORDER BY d.id"
FIGURES = "SELECT t::text FROM descriptor_member_terms AS t ORDER BY 1"


def partitions(*words: str, **options: Any) -> None:
    call_command("partitions", *words, stdout=StringIO(), stderr=StringIO(), **options)


def wheel(user: UUID) -> int:
    return value("SELECT (generate_wheel_data_optimized(%s) -> 'totalDescriptors')::int", user)


@pytest.fixture
def ada(tmp_path: Path, settings: Any) -> Iterator[UUID]:
    """Noted three things in March 2019, and one now."""
    settings.STEWARD_ARCHIVE_DIR = tmp_path
    partitions("ensure", NAMES[0], date=date(2019, 3, 5))
    member = learner("Ada")
    for text in ("Raisin", "Raisins", "Smoke"):
        note(member, text, at="2019-03-05 10:00+00", intensity=4, item_category="wine")
    note(member, "Raisin")
    run("SELECT refresh_descriptor_views()")
    yield member
    run(f"DROP TABLE IF EXISTS public.{NAMES[1]}, steward_archive.{NAMES[1]}")


def test_a_month_goes_and_comes_back_with_its_figures(ada: UUID) -> None:
    before, figures = run(ROWS), run(FIGURES)

    partitions("archive", *NAMES)
    assert Descriptor.objects.count() == 1
    run("SELECT refresh_descriptor_views()")
    assert differences() == []
    assert (run(FIGURES), wheel(ada)) == (figures, 4)

    partitions("drop", *NAMES, force=True)
    partitions("restore", *NAMES)
    run("SELECT refresh_descriptor_views()")
    assert run(ROWS) == before
    assert differences() == []
    assert (run(FIGURES), wheel(ada)) == (figures, 4)


def test_what_happens_meanwhile_is_right_afterwards(ada: UUID) -> None:
    """A merge, a category and a hidden member; then a late note in the month that came back."""
    partitions("archive", *NAMES)
    Term.objects.filter(pk=term_of("raisins").pk).update(canonical=term_of("raisin"))
    category = FlavorCategory.objects.create(name="Fruit")
    Term.objects.filter(pk=term_of("raisin").pk).update(category=category)
    run("UPDATE members SET is_active = false WHERE id = %s", ada)
    run("SELECT refresh_descriptor_views()")
    assert differences() == []

    partitions("drop", *NAMES, force=True)
    partitions("restore", *NAMES)
    run("UPDATE members SET is_active = true WHERE id = %s", ada)
    note(ada, "Raisin", at="2019-03-09 10:00+00")
    run("SELECT refresh_descriptor_views()")
    assert differences() == []
    assert wheel(ada) == 5


def test_a_month_whose_figures_are_wrong_stays(ada: UUID) -> None:
    run("UPDATE descriptor_member_terms SET uses = uses + 1 WHERE month = '2019-03-01'")

    with pytest.raises(CommandError, match="differ from the descriptors"):
        partitions("archive", *NAMES)
    assert Descriptor.objects.count() == 4
