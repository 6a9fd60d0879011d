"""Values and texts as a person reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from ops.history.signing import page_of
from ops.history.words import Piece, compare_texts, plain_text

LONG = "one two three four five six seven eight nine ten " * 10


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "Yes"),
        (False, "No"),
        (0, "0"),
        (Decimal("0.50000"), "0.5"),
        (Decimal("100"), "100"),
        (["a", "b"], "a, b"),
        ([], ""),
        ({}, ""),
        ({"a": "é"}, '{\n "a": "é"\n}'),
        (date(2026, 3, 1), "2026-03-01"),
    ],
)
def test_plain_text(value: Any, text: str) -> None:
    assert plain_text(value) == text


def test_moment_is_in_the_zone_of_the_person() -> None:
    with timezone.override("Asia/Tokyo"):
        assert plain_text(datetime(2026, 3, 1, 20, tzinfo=UTC)) == "2026-03-02 05:00"


def test_words_that_differ_are_marked() -> None:
    assert compare_texts("How many hosts?", "How many small hosts?") == [
        Piece("same", "How many "),
        Piece("added", "small "),
        Piece("same", "hosts?"),
    ]


def test_texts_without_much_in_common_are_not_compared() -> None:
    assert compare_texts("What is a router?", "Which port does HTTP use") == []


def test_long_stretches_in_common_are_cut() -> None:
    pieces = compare_texts(LONG + "end", LONG + "finish")

    assert [piece.kind for piece in pieces] == ["same", "gone", "added"]
    assert len(pieces[0].text) < 200


def test_nothing_of_a_difference_is_lost() -> None:
    before, after = "a b c\nd  e", "a x c\nd e\n"
    pieces = compare_texts(before, after)

    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "gone") == after


def test_very_long_texts_are_compared_by_line() -> None:
    lines = [f"line {number} of a long text\n" for number in range(2_000)]
    pieces = compare_texts("".join(lines), "".join([*lines[:1_000], "new\n", *lines[1_000:]]))

    assert [piece.text for piece in pieces if piece.kind != "same"] == ["new\n"]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("/admin/quizbank/question/1/change/", "question, edit form"),
        ("/admin/quizbank/exam/1/history/revert/", "exam, history"),
        ("/admin/quizbank/question/", "question, list"),
        ("/no/such/page/", "/no/such/page/"),
        ("", ""),
    ],
)
def test_page_in_words(url: str, text: str) -> None:
    assert page_of(url) == text
