"""GIFT as Moodle reads it: the real files beside their expected parse, and what we make of them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizbank.formats import FormatError, Parsed, parse
from quizbank.formats.gift import escape
from quizbank.formats.gift_syntax import Answer, Category, Item, Text, Wrong, read_text, unescape

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "gift"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the real files are not beside the repo")
FILES = (
    "category1",
    "escapeColon",
    "essay1",
    "matching1",
    "mc1",
    "mc2",
    "multipleAnswersFloat",
    "shortAnswer1",
    "tag_id_and_two_tags",
    "tf1",
    "tf1_markdown",
    "totara_moodle_numerical",
)
KINDS = {
    "choice": "MC",
    "true_false": "TF",
    "short_answer": "Short",
    "numeric": "Numerical",
    "matching": "Matching",
    "essay": "Essay",
}


def gift(text: str) -> Parsed:
    return parse(text.encode(), file_name="a.gift", name=None)


# --- the peers' parse ----------------------------------------------------------------------------
def as_peer(each: Item | Category | Wrong) -> dict[str, Any]:
    """In the shape of the JSON beside each file."""
    if isinstance(each, Category):
        return {"type": "Category", "title": each.path}
    assert isinstance(each, Item)
    row: dict[str, Any] = {
        "id": each.external_id,
        "tags": each.tags or None,
        "type": KINDS[each.kind],
        "title": each.title,
        "stem": text_as_peer(each.stem),
        "hasEmbeddedAnswers": each.has_blank,
        "globalFeedback": text_as_peer(each.general_feedback),
    }
    if each.kind == "true_false":
        feedbacks = {answer.text.text: text_as_peer(answer.feedback) for answer in each.answers}
        row |= {"isTrue": each.is_true}
        row |= {f"{side.lower()}Feedback": feedbacks[side] or None for side in ("True", "False")}
    elif each.kind == "matching":
        row["matchPairs"] = [
            {"subquestion": text_as_peer(left), "subanswer": right} for left, right in each.pairs
        ]
    elif each.answers:
        row["choices"] = [answer_as_peer(answer) for answer in each.answers]
    return row


def text_as_peer(text: Text | None) -> dict[str, str] | None:
    return {"format": text.format, "text": text.text} if text and text.text else None


def answer_as_peer(answer: Answer) -> dict[str, Any]:
    text: Any = text_as_peer(answer.text)
    if answer.number is not None and answer.range is not None:
        text = {"type": "range", "number": float(answer.number), "range": float(answer.range)}
    elif text is None:
        text = {"format": "moodle", "text": "*"}
    return {
        "isCorrect": answer.is_right,
        "weight": None if answer.weight is None else float(answer.weight),
        "text": text,
        "feedback": text_as_peer(answer.feedback),
    }


@needs_data
@pytest.mark.parametrize("name", FILES)
def test_real_file_parses_as_its_peer_says(name: str) -> None:
    wanted = json.loads((DATA / f"{name}.json").read_text())

    assert [as_peer(each) for each in read_text((DATA / f"{name}.gift").read_text())] == wanted


# --- what we make of it --------------------------------------------------------------------------
def only(text: str) -> dict[str, Any]:
    parsed = gift(text)
    assert parsed.errors == []
    (question,) = parsed.questions
    return question.content


def marks(content: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(choice["text"], choice["is_correct"]) for choice in content["choices"]]


def test_one_right_answer_makes_a_single_choice() -> None:
    content = only("Who?{~Grant =no one#yes ~%50%Jefferson####Because.}")

    assert content["kind"] == "single"
    assert marks(content) == [("Grant", False), ("no one", True), ("Jefferson", False)]
    assert [choice["fraction"] for choice in content["choices"]] == [None, None, Decimal("0.5")]
    assert (content["choices"][1]["feedback"], content["explanation"]) == ("yes", "Because.")


def test_weights_alone_make_a_multiple_choice() -> None:
    content = only("Which?{~%50%a ~%50%b ~c}")

    assert content["kind"] == "multiple"
    assert marks(content) == [("a", True), ("b", True), ("c", False)]
    assert {choice["fraction"] for choice in content["choices"]} == {None}


def test_weights_that_punish_are_kept() -> None:
    content = only("Which?{~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}")

    assert [choice["fraction"] for choice in content["choices"]] == [
        *[Decimal("0.33333")] * 3,
        Decimal(-1),
    ]


def test_several_right_answers_of_one_are_all_of_them_and_say_so() -> None:
    parsed = gift("Season?{=spring =summer ~easter}")

    assert parsed.questions[0].content["kind"] == "multiple"
    assert parsed.notes[0].reason.startswith("Each of several answers is right")


def test_only_right_answers_make_a_short_answer() -> None:
    content = only("Two plus two equals {=four =4 =%50%about four}.")

    assert content["stem"] == "Two plus two equals _____ ."
    assert content["kind"] == "short_answer"
    assert marks(content) == [("four", True), ("4", True), ("about four", False)]


@pytest.mark.parametrize(
    ("token", "right", "feedback"),
    [("T", "True", "wrong"), ("TRUE", "True", "wrong"), ("F", "False", "right")],
)
def test_feedback_of_true_or_false_is_to_the_wrong_one_first(
    token: str, right: str, feedback: str
) -> None:
    content = only(f"Is it?{{{token}#wrong#right}}")

    assert content["kind"] == "true_false"
    assert [text for text, is_right in marks(content) if is_right] == [right]
    assert content["choices"][1]["feedback"] == feedback


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("#3:2", [("3", "2")]),
        ("#1..5", [("3", "2")]),
        ("#=1822:0 =%50%1822:2", [("1822", "0"), ("1822", "2")]),
        ("#=-1.5e3 ~#no", [("-1500", "0")]),
    ],
)
def test_numbers_have_a_tolerance(answers: str, expected: list[tuple[str, str]]) -> None:
    content = only(f"How many? {{{answers}}}")

    assert content["kind"] == "numeric"
    found = [(choice["text"], format(choice["tolerance"].normalize(), "f"))
             for choice in content["choices"]]  # fmt: skip
    assert [(text, tolerance) for text, tolerance in found] == expected


def test_escaped_signs_are_text() -> None:
    content = only(r"1 \= 1 \{x\}\: a\~b\n2\\3?{=a\=b ~c\#d}")

    assert content["stem"] == "1 = 1 {x}: a~b\n2\\3?"
    assert marks(content) == [("a=b", True), ("c#d", False)]


def test_comments_carry_number_and_tags_of_their_question_only() -> None:
    parsed = gift("// [id:A-1] [tag:one] [tag:Two]\nA?{T}\n\nB?{F}")

    first, second = parsed.questions
    assert (first.external_id, first.content["tags"]) == ("A-1", ["one", "two"])
    assert second.external_id is None
    assert "tags" not in second.content


def test_category_holds_until_the_next_one() -> None:
    parsed = gift("A?{T}\n\n$CATEGORY: $course$/top/Art/Old//new\n\nB?{T}\n\nC?{T}\n")

    paths = [[step.name for step in row.path] for row in parsed.questions]
    assert paths == [[], ["Art", "Old/new"], ["Art", "Old/new"]]
    assert parsed.questions[2].path[1].code == "Art/Old/new"


def test_html_becomes_markdown() -> None:
    content = only("[html]<p>Is <b>it</b>?</p>{=[html]<i>yes</i> ~no}")

    assert content["stem"] == "Is **it**?"
    assert content["choices"][0]["text"] == "*yes*"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Write.{}", "An essay"),
        ("Match.{=a -> b =c -> d}", "Matching"),
        ("Only words.", "no answer in braces"),
        ("Closed =a ~b}", "A brace opens or closes alone"),
        ("Two {=a ~b} and {=c ~d}", "more than one answer"),
        ("Maybe {perhaps}", "begins with neither = nor ~"),
        ("None right {~a ~b}", "No answer is right"),
        ("How many {#many}", "A numeric answer is no number: “many”"),
        ("How many {#3:x}", "A tolerance is no number"),
        ("How many {#5..1}", "ends before it begins"),
        ("How many {#=*}", "needs a number"),
        ("Weights {~%-%a =b}", "A weight is no number"),
        ("Weights {~%500%a =b}", "is not between"),
        ("{=a ~b}", "has no stem"),
        ("Lots {=0 " + " ".join(f"~{n}" for n in range(1, 10_000)) + "}", "10,000 choices"),
    ],
)
def test_what_cannot_be_taken_says_so_with_its_line(text: str, reason: str) -> None:
    parsed = gift(f"// first\n\nGood?{{T}}\n\n{text}\n")

    assert len(parsed.questions) == 1
    assert [error.line for error in parsed.errors] == [5]
    assert reason in parsed.errors[0].reason


@pytest.mark.parametrize("text", ["Good?{T}\n\nOpen {=a ~b", '// [steward:{"id":'])
def test_file_that_breaks_off_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="no end"):
        gift(text)


def test_file_without_a_question_is_refused() -> None:
    with pytest.raises(FormatError, match="no question"):
        gift("// nothing\n\n")


@given(st.text())
def test_what_is_escaped_comes_back(text: str) -> None:
    assert unescape(escape(text)) == text.replace("\r\n", "\n").replace("\r", "\n")
