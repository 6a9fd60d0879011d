"""GIFT, in and out. Moodle's description of it: https://docs.moodle.org/en/GIFT_format"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from quizbank.formats.base import (
    FormatError,
    LineError,
    Parsed,
    ParsedCategory,
    ParsedQuestion,
    clean_tags,
    clean_text,
)
from quizbank.formats.credit import (
    NONE,
    WHOLE,
    Option,
    accepted,
    choices_of,
    credits_of,
    percent,
    share,
    true_false,
)
from quizbank.formats.gift_syntax import (
    MARKS,
    Answer,
    Category,
    Item,
    Text,
    Wrong,
    breaks_off,
    read_text,
)
from quizbank.formats.html_text import to_markdown
from quizbank.formats.paths import path_of
from quizbank.formats.seal import Row, seal, unseal
from quizbank.limits import CODE_LENGTH

UNKNOWN = {
    "essay": "An essay is written freely and cannot be marked here.",
    "matching": "Matching questions are not known here.",
    "description": "There is no answer in braces: this is a description, not a question.",
}


def parse(text: str) -> Parsed:
    """Raises FormatError when there is no question, or the last one breaks off."""
    parsed = Parsed("gift")
    path: tuple[ParsedCategory, ...] = ()
    found, text = False, text.replace("\r\n", "\n").replace("\r", "\n")
    if breaks_off(text):
        raise FormatError("The last question has no end: is the file complete?")
    for each in read_text(text):
        found = True
        match each:
            case Category():
                path = path_of(each.path)
            case Wrong():
                parsed.errors.append(LineError(each.line, each.reason))
            case Item():
                take(each, path, parsed)
    if not found:
        raise FormatError("There is no question in this file.")
    return parsed


def take(item: Item, path: tuple[ParsedCategory, ...], parsed: Parsed) -> None:
    try:
        notes: list[str] = []
        question = unseal(item.seal, item.line, lambda row: question_text(row) == item.source)
        question = question or question_of(item, path, notes)
    except ValueError as error:
        parsed.errors.append(LineError(item.line, str(error)))
        return
    parsed.questions.append(question)
    parsed.notes += [LineError(item.line, note) for note in notes]


def question_of(item: Item, path: tuple[ParsedCategory, ...], notes: list[str]) -> ParsedQuestion:
    """Raises ValueError with the reason."""
    if item.kind in UNKNOWN:
        raise ValueError(UNKNOWN[item.kind])
    stem = clean_text(markdown(item.stem), "The stem")
    if not stem:
        raise ValueError("The question has no stem.")
    content: dict[str, Any] = {"stem": stem, **answers_of(item, notes)}
    if item.general_feedback:
        content["explanation"] = clean_text(markdown(item.general_feedback), "The feedback")
    if item.tags:
        content["tags"] = clean_tags(item.tags)
    external_id = clean_text(item.external_id or "", "The id", limit=CODE_LENGTH) or None
    return ParsedQuestion(item.line, content, external_id=external_id, path=path)


def answers_of(item: Item, notes: list[str]) -> dict[str, Any]:
    if item.kind == "true_false":
        if_true, if_false = (markdown(answer.feedback) for answer in item.answers)
        return true_false(item.is_true, if_true=if_true, if_false=if_false)
    answers = item.answers
    if item.kind == "numeric":
        catch_all = [answer for answer in answers if answer.number is None]
        if any(answer.feedback for answer in catch_all):
            notes.append("The feedback to every other number is not kept.")
        answers = [answer for answer in answers if answer.number is not None]
    several = not any(answer.is_right for answer in answers)
    options = [option_of(answer, item.kind) for answer in answers]
    if item.kind != "choice":
        return accepted(options, item.kind)
    content = choices_of(options, several=several and not only_one_whole(options))
    if not several and content["kind"] == "multiple":
        notes.append("Each of several answers is right: taken as a question with all of them.")
    return content


def only_one_whole(options: list[Option]) -> bool:
    """Of weights alone, when one of them is 100 and no other earns anything: a single choice."""
    earning = [option.credit for option in options if option.credit > 0]
    return earning == [WHOLE]


def option_of(answer: Answer, kind: str) -> Option:
    if answer.weight is not None:
        credit = share(answer.weight / 100)
    else:
        credit = WHOLE if answer.is_right else NONE
    text = format(answer.number, "f") if answer.number is not None else markdown(answer.text)
    if kind == "short_answer":
        text = answer.text.text
    return Option(text, credit, markdown(answer.feedback), answer.range)


def markdown(text: Text | None) -> str:
    if text is None:
        return ""
    return to_markdown(text.text) if text.format == "html" else text.text


# --- the other way -------------------------------------------------------------------------------
def write(rows: list[Row]) -> bytes:
    """A text in UTF-8 that Moodle reads, too; texts are Markdown."""
    return ("\n\n".join(block_of(row) for row in rows) + "\n").encode()


def block_of(row: Row) -> str:
    """The comment lines and the question."""
    lines = [f"// [steward:{seal(row)}]"]
    data = [f"[id:{bare(row['external_id'])}]"] if row.get("external_id") else []
    data += [f"[tag:{bare(tag)}]" for tag in row["tags"]]
    if data:
        lines.append(f"// {' '.join(data)}")
    return "\n".join([*lines, question_text(row)])


def question_text(row: Row) -> str:
    explanation = f"####{escape(row['explanation'])}" if row["explanation"] else ""
    answers = written_answers(row)
    return f"::{name_of(row)}::[markdown]{escape(row['stem'])}{{{answers}{explanation}}}"


def bare(text: str) -> str:
    """Without what would end it."""
    return re.sub(r"[\[\]\s]+", " ", text).strip()


def name_of(row: Row) -> str:
    """What Moodle lists: the number, or the beginning of the stem."""
    return escape(" ".join((row.get("external_id") or row["stem"]).split())[:60])


def written_answers(row: Row) -> str:
    if is_plain_true_false(row):
        return written_true_false(row)
    body = "".join(
        written_answer(row["kind"], choice, credit)
        for choice, credit in zip(row["choices"], credits_of(row), strict=True)
    )
    return f"#{body}" if row["kind"] == "numeric" else body


def is_plain_true_false(row: Row) -> bool:
    texts = [choice["text"] for choice in row["choices"]]
    plain = not any(choice.get("fraction") for choice in row["choices"])
    return row["kind"] == "true_false" and texts == ["True", "False"] and plain


def written_true_false(row: Row) -> str:
    right, wrong = row["choices"]
    if not right["is_correct"]:
        right, wrong = wrong, right
    feedbacks = [each.get("feedback") or "" for each in (wrong, right)]
    if not any(feedbacks):
        return str(right["text"]).upper()
    return right["text"].upper() + "".join(f"#{escape(each)}" for each in feedbacks)


def written_answer(kind: str, choice: dict[str, Any], credit: Decimal) -> str:
    one_right = kind in ("single", "true_false")
    is_whole = choice["is_correct"] and credit == WHOLE
    sign = "=" if kind in ("short_answer", "numeric") or (one_right and is_whole) else "~"
    usual = WHOLE if sign == "=" else NONE
    # A text that begins with % would be read as a weight.
    is_plain = credit == usual and not choice["text"].startswith("%")
    mark = sign if is_plain else f"{sign}%{percent(credit)}%"
    text = escape(choice["text"])
    if kind == "numeric":
        text = f"{choice['text']}:{choice.get('tolerance') or 0}"
    feedback = f"#{escape(choice['feedback'])}" if choice.get("feedback") else ""
    return f"\n\t{mark}{text}{feedback}"


def escape(text: str) -> str:
    escaped = "".join(f"\\{sign}" if sign in MARKS else sign for sign in text)
    return escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
