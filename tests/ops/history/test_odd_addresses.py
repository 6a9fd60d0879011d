"""Addresses and fields that no screen sends."""

from __future__ import annotations

import pytest
from django.test import Client

from quizbank.models import LightningQuestion
from tests.ops.history.conftest import edit, history_of
from tests.ops.history.test_reverting import asked, offers, press

RECENT = "/admin/ops/historyentry/"


@pytest.mark.parametrize("view", ["change/", "delete/", "history/", "history/revert/"])
@pytest.mark.parametrize(
    "address",
    [
        "lightningquestion/a%00b/",
        "lightningquestion/_00/",
        "lightningquestion/%ED%A0%80/",
        "exam/99999999999999999999999/",
        "exam/-5/",
        "exam/%00/",
        "question/x/",
        "category/9223372036854775808/",
    ],
)
def test_object_that_cannot_be(editing: Client, address: str, view: str) -> None:
    assert editing.get(f"/admin/quizbank/{address}{view}").status_code == 302


@pytest.mark.parametrize("key", ["%00", "x", "7"])
def test_entry_that_cannot_be(editing: Client, key: str) -> None:
    assert editing.get(f"{RECENT}{key}/change/").status_code == 302


@pytest.mark.parametrize("page", [RECENT, f"{RECENT}deleted/"])
@pytest.mark.parametrize(
    "query",
    [
        "person=%00",
        "before=%00",
        "before=9999-99-99",
        "before=0001-01-01T00:00:00%2B23:59~",
        "before=9999-12-31T23:59:59-23:59~",
        "day=9999-12-31",
        "day=0001-01-01",
        "model=%00",
    ],
)
def test_filters_of_recent_changes(editing: Client, page: str, query: str) -> None:
    assert editing.get(f"{page}?{query}").status_code == 200


@pytest.mark.parametrize(
    "query", ["person=%00", "page=-1", "page=99999999999999999999", "day=9999-12-31", "field=%00"]
)
def test_filters_of_an_object(editing: Client, lightning: LightningQuestion, query: str) -> None:
    assert editing.get(f"{history_of(lightning)}?{query}").status_code == 200


def test_note_with_a_nul(editing: Client, lightning: LightningQuestion) -> None:
    edit(lightning, correct_answer="A watch")
    fields, _ = asked(editing, offers(editing, lightning)[0])

    html = press(editing, lightning, fields | {"note": "a\0b" * 400})

    assert "Put back." in html
    assert "abab" in html


@pytest.mark.parametrize("seen", ["", "x", "9" * 40, "-1"])
def test_what_was_seen_is_nonsense(
    editing: Client, lightning: LightningQuestion, seen: str
) -> None:
    edit(lightning, correct_answer="A watch")
    fields, _ = asked(editing, offers(editing, lightning)[0])

    assert "Nothing was changed." in press(editing, lightning, fields | {"seen": seen})
