"""The pictures of the data model are those of the models."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest

from tests.docs.pages import FOLDER
from tests.docs.pictures import WIDTH, boxes_of, picture_of, place

APPS = ("assessments", "quizbank", "flavors", "ops")
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("app", APPS)
def test_picture_is_of_the_models(app: str, request: pytest.FixtureRequest) -> None:
    file, wanted = FOLDER / f"data-model-{app}.svg", picture_of(app)
    if request.config.getoption("--write-docs"):
        file.write_text(wanted)

    assert file.read_text() == wanted, "uv run pytest tests/docs --write-docs writes it anew"
    ElementTree.fromstring(wanted)  # noqa: S314  # made here


@pytest.mark.parametrize("app", APPS)
def test_no_box_lies_on_another_one(app: str) -> None:
    boxes = boxes_of(app)
    place(boxes)
    for box, other in combinations(boxes.values(), 2):
        apart = (
            box.x + WIDTH <= other.x
            or other.x + WIDTH <= box.x
            or box.y + box.height <= other.y
            or other.y + other.height <= box.y
        )
        assert apart, (box.name, other.name)


def test_pictures_have_the_tables_that_matter() -> None:
    drawn = {name for app in APPS for name in boxes_of(app)}
    assert {"members", "questions", "answers", "flavor_terms", "ops_run", "audit_logs"} <= drawn
