"""What is exported in another system's format comes back as it was, and means the same there."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizbank.formats import FormatError, Parsed, parse, qti_writing
from quizbank.formats.own import read_question
from quizbank.formats.seal import Row
from quizbank.formats.writing import ENDS, OTHERS

KEY = "01a1fd1b-7a52-707d-82fe-aa29ee439be8"
SEALS = {
    "gift": re.compile(rb"// \[steward:.*"),
    "moodle-xml": re.compile(rb' data-steward="[^"]*"'),
}

words = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=30
).filter(str.strip)
fractions = st.none() | st.decimals(-1, 1, places=5).map(str)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Questions that can be published, with whatever text."""
    kind = draw(st.sampled_from(["single", "multiple", "true_false", "short_answer", "numeric"]))
    size = 2 if kind == "true_false" else draw(st.integers(2, 5))
    right = {draw(st.integers(0, size - 1))}
    if kind in ("multiple", "short_answer", "numeric"):
        right |= draw(st.sets(st.integers(0, size - 1)))
    choices: list[dict[str, Any]] = []
    for number in range(size):
        text = str(draw(st.integers(-999, 999))) if kind == "numeric" else draw(words)
        choice = {"text": text.strip(), "is_correct": number in right}
        if kind == "numeric":
            choice["tolerance"] = str(draw(st.decimals(0, 9, places=3)))
        if draw(st.booleans()):
            choice["feedback"] = draw(words).strip()
        if draw(st.booleans()) and kind != "true_false":
            choice["fraction"] = draw(fractions)
        choices.append(choice)
    if kind == "true_false" and draw(st.booleans()):
        choices[0]["text"], choices[1]["text"] = "True", "False"
    return {
        "id": KEY,
        "exam": None,
        "external_id": draw(st.none() | words.map(str.strip)),
        "kind": kind,
        "difficulty": draw(st.sampled_from(["easy", "medium", "hard"])),
        "stem": draw(words).strip(),
        "explanation": draw(st.just("") | words.map(str.strip)),
        "media": [],
        "tags": [],
        "subject": None,
        "exams": draw(st.just([]) | st.just(["A"])),
        "categories": [],
        "is_premium": draw(st.booleans()),
        "is_user_generated": False,
        "choices": choices,
        "status": "active",
    }


def written(name: str, row: Row) -> Parsed:
    data = OTHERS[name]([row])
    return parse(data, file_name=f"a.{ENDS.get(name, name)}", name=None)


@pytest.mark.parametrize("name", OTHERS)
@given(row=rows())
@settings(max_examples=150, deadline=None)
def test_export_comes_back_as_it_was(name: str, row: Row) -> None:
    parsed = written(name, row)

    assert parsed.errors == []
    (found,) = parsed.questions
    assert replace(found, line=0, path=()) == read_question(row, 0)


PLAIN = {
    "id": KEY, "exam": None, "external_id": "X-1", "difficulty": "easy", "stem": "Is it *so*?",
    "explanation": "Because.", "media": [], "tags": ["a", "b"], "subject": None, "exams": [],
    "categories": [], "is_premium": False, "is_user_generated": False, "status": "active",
}  # fmt: skip
KINDS: dict[str, list[dict[str, Any]]] = {
    "single": [
        {"text": "Yes", "is_correct": True, "feedback": "Well done."},
        {"text": "No", "is_correct": False, "fraction": "0.25"},
    ],
    "multiple": [
        {"text": "One", "is_correct": True},
        {"text": "Two", "is_correct": True},
        {"text": "Three", "is_correct": True, "feedback": "Three of them."},
        {"text": "Four", "is_correct": False},
    ],
    "true_false": [
        {"text": "True", "is_correct": False, "feedback": "No."},
        {"text": "False", "is_correct": True},
    ],
    "short_answer": [
        {"text": "four", "is_correct": True},
        {"text": "4", "is_correct": True},
    ],
    "numeric": [{"text": "3.5", "is_correct": True, "tolerance": "0.25"}],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", OTHERS)
def test_export_says_the_same_to_others(name: str, kind: str) -> None:
    """Without our own row beside it."""
    row = PLAIN | {"kind": kind, "choices": KINDS[kind]}
    data = qti_writing.item_xml(row) if name == "qti" else OTHERS[name]([row])
    bare = SEALS.get(name, SEALS["moodle-xml"]).sub(b"", data)

    (found,) = parse(bare, file_name="a", name=name).questions

    assert (found.key, len(bare) < len(data)) == (None, True)
    content = found.content

    assert content["stem"] == row["stem"]
    assert content["explanation"] == "Because."
    assert content["kind"] == kind
    own = read_question(row, 0).content["choices"]
    assert [
        {key: choice.get(key) or None for key in ("text", "is_correct", "tolerance")}
        for choice in content["choices"]
    ] == [
        {key: choice.get(key) or None for key in ("text", "is_correct", "tolerance")}
        for choice in own
    ]
    if kind == "single":
        assert content["choices"][1]["fraction"] == Decimal("0.25")
        assert content["choices"][0]["feedback"] == "Well done."


@pytest.mark.parametrize("name", ["gift", "moodle-xml"])
def test_what_was_edited_elsewhere_counts(name: str) -> None:
    row = PLAIN | {"kind": "single", "choices": KINDS["single"], "difficulty": "hard"}
    data = OTHERS[name]([row]).replace(b"Well done.", b"Quite so.", 2)
    # The first is in our row, the second in what others see.
    data = data.replace(b"Quite so.", b"Well done.", 1)

    (found,) = parse(data, file_name=f"a.{ENDS.get(name, name)}", name=None).questions

    assert found.key is None
    assert found.content["choices"][0]["feedback"] == "Quite so."
    assert "difficulty" not in found.content


def test_item_of_a_package_is_an_item_of_version_three() -> None:
    row = PLAIN | {"kind": "numeric", "choices": KINDS["numeric"]}
    xml = qti_writing.item_xml(row).decode()

    assert 'xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"' in xml
    assert f'identifier="steward-{UUID(KEY)}"' in xml
    assert 'tolerance="0.25 0.25"' in xml


# --- fuzz ----------------------------------------------------------------------------------------
MARKUP = st.sampled_from(
    [*"{}=~#:\\%$/<>&;\"'[]\n", "::", "####", "->", "//", "$CATEGORY:", "[html]", "TRUE", "{}", "#",
     "ANSWER: ", "A. ", "B) ", "<quiz>", "</quiz>", '<question type="multichoice">', "</question>",
     "<text>", "</text>", "<![CDATA[", "]]>", '<answer fraction="100">', "</answer>",
     "<assessmentItem>", "<itemBody>", "</itemBody>", "&#x0;", "&amp;", "\x00", "é", "1", "a"]
)  # fmt: skip
noise = st.lists(MARKUP | st.text(max_size=4), max_size=25).map("".join)


@pytest.mark.parametrize("name", ["gift", "aiken", "moodle-xml", "qti"])
@given(text=noise)
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused(name: str, text: str) -> None:
    survive(text.encode("utf-8", "surrogatepass"), name)


@pytest.mark.parametrize("name", ["gift", "aiken", "moodle-xml", "qti"])
@given(data=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    survive(data, name)


@pytest.mark.parametrize("name", OTHERS)
@given(place=st.integers(0, 10_000), patch=noise)
@settings(max_examples=150, deadline=None)
def test_any_damage_is_read_or_refused(name: str, place: int, patch: str) -> None:
    data = OTHERS[name]([PLAIN | {"kind": "single", "choices": KINDS["single"]}])
    place %= len(data)
    survive(data[:place] + patch.encode("utf-8", "surrogatepass") + data[place + 3 :], name)
    survive(data[:place], name)


def survive(data: bytes, name: str) -> None:
    with suppress(FormatError):
        parse(data, file_name="a", name=name)
