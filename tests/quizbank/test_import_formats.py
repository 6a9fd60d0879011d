"""Whatever a file holds, it is read, refused by line, or refused as a whole: never a traceback."""

from __future__ import annotations

import io
import json
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizbank.formats import FormatError, Parsed, parse
from quizbank.formats.writing import WRITTEN, write

QUESTION: dict[str, Any] = {
    "id": "01a1fd1b-7a52-707d-82fe-aa29ee439be8",
    "external_id": "N1",
    "exam": "NET",
    "subject": None,
    "kind": "numeric",
    "difficulty": "easy",
    "stem": "How much?",
    "explanation": "",
    "is_premium": False,
    "is_user_generated": False,
    "exams": ["NET"],
    "categories": ["A", ":B"],
    "tags": ["a", "b"],
    "media": [{"name": "f"}],
    "choices": [{"text": "1", "is_correct": True, "tolerance": "0.5"}],
    "status": "draft",
}
NOTHING: dict[str, list[Any]] = {"exams": [], "subjects": [], "categories": []}
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def read(data: bytes, name: str) -> Parsed | None:
    try:
        return parse(data, file_name=f"a.{name}", name=name)
    except FormatError:
        return None


@given(st.sampled_from(sorted(QUESTION)), values)
def test_any_value_of_a_question_is_read_or_refused_by_line(name: str, value: Any) -> None:
    data = json.dumps({"questions": [QUESTION | {name: value}, QUESTION]}).encode()

    parsed = read(data, "json")

    assert parsed is None or len(parsed.questions) + len(parsed.errors) == 2


@given(st.sampled_from(["exams", "subjects", "categories", "questions"]), values)
def test_any_document_is_read_or_refused(name: str, value: Any) -> None:
    read(json.dumps({"questions": [QUESTION], name: value}).encode(), "json")


@given(st.sampled_from(sorted(WRITTEN)), st.integers(0, 3000), st.binary(max_size=4))
def test_any_damage_is_survived(name: str, place: int, noise: bytes) -> None:
    data = write(NOTHING | {"questions": [QUESTION] * 3}, name)
    place %= len(data)

    read(data[:place] + noise + data[place + len(noise) :], name)
    read(data[:place], name)


@given(st.sampled_from(["csv", "json", "xlsx", "ham", "trivia"]), st.binary(max_size=200))
def test_any_bytes_are_survived(name: str, data: bytes) -> None:
    read(data, name)


def sheet(xml: bytes) -> bytes:
    """An .xlsx of one question with `xml` as its sheet."""
    source = ZipFile(io.BytesIO(write(NOTHING | {"questions": [QUESTION]}, "xlsx")))
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, xml if "sheet1" in name else source.read(name))
    return file.getvalue()


def test_entities_of_a_sheet_are_not_expanded() -> None:
    xml = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    with pytest.raises(FormatError, match="cannot be read"):
        parse(sheet(xml), file_name="a.xlsx", name=None)


def test_sheet_of_blank_rows_is_refused_before_it_is_read_through() -> None:
    rows = b"".join(b'<row r="%d"/>' % number for number in range(1, 200_000))
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (namespace, rows)
    with pytest.raises(FormatError, match=r"only blank lines|is empty"):
        parse(sheet(xml), file_name="a.xlsx", name=None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"explantion": "x"}, "“explantion” is not known here"),
        ({"kind": "essay"}, "kind “essay” is not known"),
        ({"status": "activ"}, "status “activ” is not known"),
        ({"choices": []}, "has no choices"),
        ({"choices": [{"text": "a", "right": True}]}, "“right” is not known here"),
        ({"choices": [{"text": " "}]}, "Choice 1 is empty"),
        ({"choices": [{"text": "a", "tolerance": "wide"}]}, "tolerance is no number: “wide”"),
        ({"exams": ["A", "A"]}, "exams names “A” twice"),
        ({"stem": "a\x00b"}, "NUL"),
        ({"stem": "x" * 100_001}, "100,001 characters; the limit is 100,000"),
        ({"id": "mine"}, "id is none of ours"),
        ({"media": [{"src": "x"}]}, "A figure of media has a name"),
    ],
)
def test_bad_question_is_refused_with_its_reason(change: dict[str, Any], reason: str) -> None:
    data = f"[\n{json.dumps(QUESTION)},\n\n{json.dumps(QUESTION | change)}]".encode()

    parsed = parse(data, file_name="a.json", name=None)

    assert len(parsed.questions) == 1
    assert reason in parsed.errors[0].reason
    assert parsed.errors[0].line == 4


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_part_their_cells_by_commas_semicolons_or_tabs(delimiter: str) -> None:
    lines = ["stem,correct,choice_1,choice_2,tags", "Is it?,2,Yes,No,a", ",,,,", "So?,9,Yes,No,"]
    data = "\r\n".join(lines).replace(",", delimiter).encode()

    parsed = parse(data, file_name="a.csv", name=None)

    assert [row.content["stem"] for row in parsed.questions] == ["Is it?"]
    assert [(error.line, error.reason) for error in parsed.errors] == [
        (4, "There is no choice 9, which is correct.")
    ]


def test_of_a_name_that_stands_twice_the_last_list_counts() -> None:
    data = f'{{"questions": [1, 2, 3],\n"questions": [{json.dumps(QUESTION)}]}}'.encode()

    assert [row.line for row in parse(data, file_name="a.json", name=None).questions] == [2]
