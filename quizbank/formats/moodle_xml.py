"""Moodle XML, in and out: https://docs.moodle.org/en/Moodle_XML_format"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

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
    WHOLE,
    Option,
    accepted,
    choices_of,
    credit_of,
    credits_of,
    number_of,
    percent,
    true_false,
)
from quizbank.formats.html_text import convert
from quizbank.formats.paths import path_of
from quizbank.formats.seal import SEAL, Row, seal, unseal
from quizbank.formats.xml_text import line_of, read_xml, same, text_of, xml_safe
from quizbank.limits import CODE_LENGTH

TYPES = {
    "multichoice": "choice",
    "truefalse": "true_false",
    "shortanswer": "short_answer",
    "numerical": "numeric",
}
ANYTHING = "*"


def parse(data: bytes | str) -> Parsed:
    """Raises FormatError when it is no Moodle XML."""
    root = read_xml(data)
    if root.tag != "quiz":
        raise FormatError(f"The root is <{root.tag[:40]}>, not <quiz>: this is no Moodle XML.")
    parsed = Parsed("moodle-xml")
    path: tuple[ParsedCategory, ...] = ()
    for node in root.iterfind("question"):
        if node.get("type") == "category":
            path = path_of(text_of(node.find("category/text")))
        else:
            take(node, path, parsed)
    if not (parsed.questions or parsed.errors):
        raise FormatError("There is no question in this file.")
    return parsed


def take(node: Element, path: tuple[ParsedCategory, ...], parsed: Parsed) -> None:
    notes: list[str] = []
    try:
        question = unseal(node.get(SEAL), line_of(node), lambda row: same(node, written(row)))
        question = question or question_of(node, path, notes)
    except ValueError as error:
        parsed.errors.append(LineError(line_of(node), str(error)))
        return
    parsed.questions.append(question)
    parsed.notes += [LineError(line_of(node), note) for note in notes]


def question_of(
    node: Element, path: tuple[ParsedCategory, ...], notes: list[str]
) -> ParsedQuestion:
    """Raises ValueError with the reason."""
    kind = TYPES.get(node.get("type") or "")
    if kind is None:
        raise ValueError(f"Questions of the type “{(node.get('type') or '')[:40]}” are not known.")
    reader = Reader(notes)
    content: dict[str, Any] = {"stem": reader.text(node.find("questiontext"), "The stem")}
    if not content["stem"]:
        raise ValueError("The question has no stem.")
    content |= answers_of(node, kind, reader)
    feedback = node.find("generalfeedback")
    if feedback is not None:
        content["explanation"] = reader.text(feedback, "The general feedback")
    if reader.figures:
        content["media"] = reader.figures
    tags = [text_of(tag) for tag in node.iterfind("tags/tag/text")]
    if tags:
        content["tags"] = clean_tags(tags)
    number = clean_text(text_of(node.find("idnumber")), "The ID number", limit=CODE_LENGTH)
    return ParsedQuestion(line_of(node), content, external_id=number or None, path=path)


class Reader:
    """Texts of one question, and what they leave behind."""

    def __init__(self, notes: list[str]) -> None:
        self.notes, self.figures = notes, list[dict[str, str]]()

    def text(self, node: Element | None, name: str) -> str:
        """As Markdown. Raises ValueError."""
        if node is None:
            return ""
        raw = text_of(node.find("text"))
        for file in node.iterfind("file"):
            label = (file.get("name") or "")[:80]
            self.notes.append(f"Of the file “{label}” only the name is kept.")
        if node.get("format") in ("markdown", "plain_text"):
            return clean_text(raw, name)
        text, figures = convert(raw)
        self.figures += [figure for figure in figures if figure not in self.figures]
        return clean_text(text, name)

    def option(self, node: Element, kind: str) -> Option:
        text = text_of(node.find("text")) if kind != "choice" else self.text(node, "A choice")
        off = text_of(node.find("tolerance")).strip()
        return Option(
            text.strip(),
            credit_of(node.get("fraction") or "0"),
            self.text(node.find("feedback"), "A feedback"),
            number_of(off, "A tolerance") if off else None,
        )


def answers_of(node: Element, kind: str, reader: Reader) -> dict[str, Any]:
    """{"kind", "choices"}. Raises ValueError."""
    options = [reader.option(answer, kind) for answer in node.iterfind("answer")]
    if kind == "choice":
        several = text_of(node.find("single")).strip().lower() in ("false", "0")
        content = choices_of(options, several=several)
        if content["kind"] == "multiple" and not several:
            reader.notes.append(
                "Each of several answers is right: taken as a question with all of them."
            )
        return content
    if kind == "true_false":
        return read_true_false(options)
    known = [option for option in options if option.text != ANYTHING]
    if any(option.feedback for option in options if option.text == ANYTHING):
        reader.notes.append("The feedback to every other answer is not kept.")
    if kind == "numeric":
        for option in known:
            number_of(option.text, "An answer")
            if option.tolerance is not None and option.tolerance < 0:
                raise ValueError("A tolerance is less than 0.")
    return accepted(known, kind)


def read_true_false(options: list[Option]) -> dict[str, Any]:
    by_text = {option.text.lower(): option for option in options}
    if set(by_text) != {"true", "false"} or len(options) != 2:
        raise ValueError("A true/false question has the answers “true” and “false”.")
    if_true, if_false = by_text["true"], by_text["false"]
    if (if_true.credit == WHOLE) == (if_false.credit == WHOLE):
        raise ValueError("Exactly one of “true” and “false” is right.")
    return true_false(if_true.credit == WHOLE, if_true=if_true.feedback, if_false=if_false.feedback)


# --- the other way -------------------------------------------------------------------------------
def write(rows: list[Row]) -> bytes:
    """A document in UTF-8 that Moodle reads, too; texts are Markdown."""
    root = Element("quiz")
    place = ""
    for row in rows:
        if (here := place_of(row)) != place:
            node = SubElement(root, "question", type="category")
            SubElement(SubElement(node, "category"), "text").text = xml_safe(here)
            place = here
        root.append(written(row))
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def place_of(row: Row) -> str:
    """The exam and the primary category."""
    home = [row.get("exam") or next(iter(row["exams"]), None), *row["categories"][:1]]
    names = [name.replace("/", "//") for name in home if name]
    return "/".join(["$course$", "top", *names])


def written(row: Row) -> Element:
    kind = moodle_type(row)
    node = Element("question", {"type": kind, SEAL: seal(row)})
    name = " ".join((row.get("external_id") or row["stem"]).split())[:60]
    SubElement(SubElement(node, "name"), "text").text = xml_safe(name)
    node.append(text_node("questiontext", row["stem"]))
    node.append(text_node("generalfeedback", row["explanation"]))
    SubElement(node, "defaultgrade").text = "1"
    SubElement(node, "idnumber").text = xml_safe(row.get("external_id") or "")
    if kind == "multichoice":
        SubElement(node, "single").text = "false" if row["kind"] == "multiple" else "true"
    if kind == "shortanswer":
        SubElement(node, "usecase").text = "0"
    node.extend(written_answers(row, kind))
    if row["tags"]:
        tags = SubElement(node, "tags")
        for tag in row["tags"]:
            SubElement(SubElement(tags, "tag"), "text").text = xml_safe(tag)
    return node


def moodle_type(row: Row) -> str:
    texts = [choice["text"] for choice in row["choices"]]
    if row["kind"] == "true_false" and texts == ["True", "False"]:
        return "truefalse"
    kinds = {"short_answer": "shortanswer", "numeric": "numerical"}
    return kinds.get(row["kind"], "multichoice")


def written_answers(row: Row, kind: str) -> Iterator[Element]:
    for choice, credit in zip(row["choices"], credits_of(row), strict=True):
        text = choice["text"].lower() if kind == "truefalse" else choice["text"]
        plain = kind != "multichoice"
        node = text_node("answer", text, "plain_text" if plain else "markdown")
        node.set("fraction", percent(credit))
        if kind == "numerical":
            SubElement(node, "tolerance").text = choice.get("tolerance") or "0"
        node.append(text_node("feedback", choice.get("feedback") or ""))
        yield node


def text_node(tag: str, text: str, form: str = "markdown") -> Element:
    node = Element(tag, format=form)
    SubElement(node, "text").text = xml_safe(text)
    return node
