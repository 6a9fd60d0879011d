from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from quizbank.formats import FormatError, Parsed, parse

GOOD = """<question type="truefalse"><questiontext format="markdown"><text>Is it?</text>
</questiontext><answer fraction="0"><text>true</text><feedback><text>no</text></feedback></answer>
<answer fraction="100"><text>false</text></answer></question>"""


def moodle(*questions: str) -> Parsed:
    data = f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{"".join(questions)}\n</quiz>'
    return parse(data.encode(), file_name="a.xml", name=None)


def question(kind: str, answers: str, *, stem: str = "Which?", more: str = "") -> str:
    return (
        f'<question type="{kind}"><name><text>n</text></name><questiontext format="html">'
        f"<text><![CDATA[{stem}]]></text></questiontext>{more}{answers}</question>"
    )


def answer(text: str, percent: str, more: str = "") -> str:
    return (
        f'<answer fraction="{percent}" format="html"><text><![CDATA[{text}]]></text>{more}</answer>'
    )


def only(*parts: Any, **more: Any) -> dict[str, Any]:
    parsed = moodle(question(*parts, **more))
    assert parsed.errors == []
    return parsed.questions[0].content


def test_true_or_false() -> None:
    (found,) = moodle(GOOD).questions

    assert found.content["kind"] == "true_false"
    assert [(row["text"], row["is_correct"], row["feedback"]) for row in found.content["choices"]] \
        == [("True", False, "no"), ("False", True, "")]  # fmt: skip
    assert found.line == 3


def test_one_right_answer_of_single() -> None:
    content = only("multichoice", answer("<b>a</b>", "100") + answer("b", "50") + answer("c", "0"),
                   more="<single>true</single>")  # fmt: skip

    assert content["kind"] == "single"
    assert [row["text"] for row in content["choices"]] == ["**a**", "b", "c"]
    assert [row["fraction"] for row in content["choices"]] == [None, Decimal("0.5"), None]


def test_thirds_are_all_of_them() -> None:
    thirds = "".join(answer(text, "33.33333") for text in "abc") + answer("d", "0")
    content = only("multichoice", thirds, more="<single>false</single>")

    assert content["kind"] == "multiple"
    assert [row["is_correct"] for row in content["choices"]] == [True, True, True, False]
    assert {row["fraction"] for row in content["choices"]} == {None}


def test_numbers_spellings_numbering_tags_and_categories() -> None:
    parsed = moodle(
        '<question type="category"><category><text>$course$/top/A/B//b</text></category>'
        "</question>",
        question("numerical", answer("3.5", "100", "<tolerance>0.1</tolerance>"),
                 more="<idnumber>N-7</idnumber>"),
        question("shortanswer", answer("four", "100") + answer("*", "0", "<feedback><text>no</text>"
                 "</feedback>"), more="<tags><tag><text>Easy</text></tag></tags>"),
    )  # fmt: skip
    numeric, short = parsed.questions

    assert numeric.content["choices"][0]["tolerance"] == Decimal("0.1")
    assert numeric.external_id == "N-7"
    assert [step.name for step in numeric.path] == ["A", "B/b"]
    assert [row["text"] for row in short.content["choices"]] == ["four"]
    assert short.content["tags"] == ["easy"]
    assert "every other answer is not kept" in parsed.notes[0].reason


def test_files_leave_their_names() -> None:
    picture = '<img src="@@PLUGINFILE@@/two%20cats.png" alt="Two cats">'
    data = question(
        "truefalse", answer("true", "100") + answer("false", "0"), stem=f"Cats? {picture}"
    )
    data = data.replace("</questiontext>", '<file name="two cats.png">aGk=</file></questiontext>')
    parsed = moodle(data)

    assert parsed.questions[0].content["media"] == [{"name": "two cats.png", "alt": "Two cats"}]
    assert parsed.questions[0].content["stem"] == "Cats? [Two cats]"
    assert parsed.notes[0].reason == "Of the file “two cats.png” only the name is kept."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (question("matching", ""), "type “matching” are not known"),
        (question("essay", ""), "type “essay” are not known"),
        (question("multichoice", ""), "has no choices"),
        (question("multichoice", answer("a", "0") + answer("b", "0")), "No answer is right"),
        (question("multichoice", answer("a", "100")), "only one choice"),
        (question("multichoice", answer("a", "many") + answer("b", "0")), "is no number"),
        (question("multichoice", answer("a", "900") + answer("b", "0")), "not between"),
        (question("multichoice", answer("", "100") + answer("b", "0")), "A choice is empty"),
        (question("numerical", answer("many", "100")), "An answer is no number"),
        (question("truefalse", answer("true", "100") + answer("maybe", "0")), "“true” and “false”"),
        (question("truefalse", answer("true", "100"), stem=" "), "has no stem"),
        (question("multichoice", "".join(answer(str(n), "1") for n in range(10_000))), "10,000"),
        (question("shortanswer", answer("x" * 100_001, "100")), "100,001 characters"),
        (question("truefalse", "", stem="<b>" * 5_000), "broken or too deep"),
    ],
)
def test_what_cannot_be_taken_says_so_with_its_line(data: str, reason: str) -> None:
    parsed = moodle(GOOD, "\n", data)

    assert len(parsed.questions) == 1
    assert [error.line for error in parsed.errors] == [6]
    assert reason in parsed.errors[0].reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<quiz>", "no sound XML"),
        (b"<quiz></quiz>", "no question"),
        (b"<quiz>\x00</quiz>", "no sound XML"),
        (b"<quiz>\xff</quiz>", "no sound XML"),
        (b'<?xml version="1.0" encoding="klingon"?><quiz/>', "no sound XML"),
        (b"<quiz>" + b"<a>" * 200 + b"</a>" * 200 + b"</quiz>", "nested more than 100"),
        (b'<!DOCTYPE q [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><quiz>&b;</quiz>', "entities"),
        (b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>', "entities"),
        (b"<feed><quiz-like/></feed>", "no QTI item"),
    ],
)
def test_file_that_is_none_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        parse(data, file_name="a.xml", name=None)
