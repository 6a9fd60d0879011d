from __future__ import annotations

import pytest

from quizbank.formats import FormatError, Parsed, parse

GOOD = "What is it?\nA) This\nB. That\nANSWER: B\n"


def aiken(text: str) -> Parsed:
    return parse(text.encode(), file_name="a.txt", name="aiken")


def test_letters_make_choices_and_the_answer_is_one_of_them() -> None:
    (question,) = aiken(GOOD).questions

    assert question.content["stem"] == "What is it?"
    assert [(row["text"], row["is_correct"]) for row in question.content["choices"]] == [
        ("This", False),
        ("That", True),
    ]


def test_content_tells_the_format() -> None:
    assert parse(GOOD.encode(), file_name="a.txt", name=None).format == "aiken"


def test_stem_may_look_like_an_option() -> None:
    (question,) = aiken("A. Smith said what?\nA. Yes\nB. No\nANSWER: A\n").questions

    assert question.content["stem"] == "A. Smith said what?"
    assert len(question.content["choices"]) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Q?\nA. a\nB. b\nanswer: A\n", "upper case"),
        ("Q?\nA. a\nB. b\nANSWER: C\n", "“C”, which is no option: A to B"),
        ("Q?\nA. a\nB. b\nANSWER: a\n", "“a”, which is no option"),
        ("Q?\nA. a\nC. c\nANSWER: A\n", "option C, not B"),
        ("A. a\nB. b\nANSWER: A\n", "Is its question missing?"),
        ("One line\nanother\nA. a\nB. b\nANSWER: A\n", "a stem is one line"),
        ("ANSWER: A\n", "an answer without a question"),
        ("Q?\nA. a\nB. b\n", "no line ANSWER"),
        ("Q?\nA. a\nANSWER: A\n", "only one choice"),
    ],
)
def test_what_cannot_be_taken_says_so_with_its_line(text: str, reason: str) -> None:
    parsed = aiken(f"{GOOD}\n{text}")

    assert len(parsed.questions) == 1
    assert parsed.errors[0].line == 6
    assert reason in parsed.errors[0].reason


def test_empty_file_is_refused() -> None:
    with pytest.raises(FormatError, match="empty"):
        aiken("\n\n")
