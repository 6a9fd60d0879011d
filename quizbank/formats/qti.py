"""QTI 2.x and 3.0, in: https://www.imsglobal.org/spec/qti/v3p0/impl

Version 2 writes `choiceInteraction` what version 3 writes `qti-choice-interaction`: both are read
as `choice-interaction`. An item's identifier is unique in its own system only, so it is not kept.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from quizbank.formats.base import FormatError, LineError, Parsed, ParsedQuestion, clean_text
from quizbank.formats.credit import (
    NONE,
    WHOLE,
    Option,
    accepted,
    choices_of,
    number_of,
    share,
)
from quizbank.formats.html_text import convert
from quizbank.formats.package import read_package
from quizbank.formats.qti_writing import EXPLANATION, item_xml
from quizbank.formats.seal import SEAL, Row, unseal
from quizbank.formats.xml_text import LINE, inner, line_of, read_xml, same, text_of

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
ITEM = "assessment-item"
# In an item's body: what asks.
ASKS = ("choice-interaction", "text-entry-interaction")
# Where a learner writes into the text.
BLANK = "_____"
# Not the question's own text.
ASIDE = ("rubric-block", "stylesheet", "feedback-block", "template-block", "catalog-info")


def parse(data: bytes | str) -> Parsed:
    """One item, or a package of them. Raises FormatError."""
    parsed = Parsed("qti")
    if isinstance(data, bytes) and data.startswith(b"PK\x03\x04"):
        files = read_package(data, parsed.errors)
    else:
        files = [("", data if isinstance(data, bytes) else data.encode())]
    for name, content in files:
        try:
            root = normal(read_xml(content, name))
        except FormatError as error:
            if not name:
                raise
            parsed.errors.append(LineError(1, str(error)))
            continue
        if root.tag == ITEM:
            take(root, name, parsed)
        elif not name:
            raise FormatError(f"The root is <{root.tag[:40]}>: this is no QTI item.")
    if not (parsed.questions or parsed.errors):
        raise FormatError("There is no QTI item in this file.")
    return parsed


def normal(root: Element) -> Element:
    """Names as version 3 has them, without its prefix."""
    for node in root.iter():
        node.tag = kebab(str(node.tag))
        for name in [name for name in node.attrib if HUMP.search(name)]:
            node.set(kebab(name), node.attrib.pop(name))
    return root


def kebab(name: str) -> str:
    return HUMP.sub("-", name).lower().removeprefix("qti-")


def take(item: Element, name: str, parsed: Parsed) -> None:
    where, notes = f"{name}: " if name else "", list[str]()
    try:
        question = unseal(item.get(SEAL), line_of(item), lambda row: same(item, shown(row)))
        question = question or question_of(item, notes)
    except ValueError as error:
        parsed.errors.append(LineError(line_of(item), f"{where}{error}"))
        return
    parsed.questions.append(question)
    parsed.notes += [LineError(line_of(item), f"{where}{note}") for note in notes]


def question_of(item: Element, notes: list[str]) -> ParsedQuestion:
    """Raises ValueError with the reason."""
    body = item.find("item-body")
    if body is None:
        raise ValueError("The item has no body.")
    asks = [node for node in body.iter() if str(node.tag).endswith("-interaction")]
    if not asks:
        raise ValueError("The item asks nothing: there is no interaction.")
    unknown = [node.tag for node in asks if node.tag not in ASKS]
    if unknown:
        raise ValueError(
            f"Items with “{str(unknown[0])[:40]}” are not known here: choices and text entry are."
        )
    if len(asks) > 1:
        raise ValueError(f"The item asks {len(asks):,} things at once; we have one a question.")
    texts = Texts(notes)
    answers = answers_of(item, asks[0], texts)
    content: dict[str, Any] = {"stem": texts.stem(body, asks[0]), **answers}
    if not content["stem"]:
        # A title names an item to its authors, and learners do not see it.
        title = (item.get("title") or "")[:80]
        raise ValueError(
            "The question has no stem: no prompt, and no text beside the choices."
            + f" Its title, “{title}”, is not one." * bool(title)
        )
    explanation = texts.feedbacks(item, asks[0])
    if explanation:
        content["explanation"] = explanation
    if texts.figures:
        content["media"] = texts.figures
    return ParsedQuestion(line_of(item), content)


class Texts:
    """Texts of one item as Markdown; figures and notes that they leave behind."""

    def __init__(self, notes: list[str]) -> None:
        self.notes, self.figures = notes, list[dict[str, str]]()

    def markdown(self, node: Element, name: str) -> str:
        """Raises ValueError."""
        text, figures = convert(inner(node))
        self.figures += [figure for figure in figures if figure not in self.figures]
        return clean_text(text, name)

    def stem(self, body: Element, ask: Element) -> str:
        """What stands around the interaction, with its prompt in its place."""
        prompt = ask.find("prompt")
        if ask.tag == "choice-interaction":
            shown = f"<div>{inner(prompt) if prompt is not None else ''}</div>"
        else:
            shown = f"<span>{BLANK}</span>"
        text = self.markdown(emptied(body, ask, shown), "The stem")
        return text.replace(BLANK.replace("_", r"\_"), BLANK).removesuffix(BLANK).strip()

    def feedbacks(self, item: Element, ask: Element) -> str:
        """The explanation; what answers some learners only is not kept."""
        own = ""
        choices = {node.get("identifier") for node in ask.iterfind("simple-choice")}
        for node in [*item.iterfind("modal-feedback"), *item.iterfind(".//feedback-block")]:
            if node.get("identifier") == EXPLANATION:
                own = self.markdown(node, "The explanation")
            elif node.get("identifier") not in choices:
                label = (node.get("identifier") or "")[:40]
                self.notes.append(f"The feedback “{label}” is not kept.")
        return own

    def choice(self, item: Element, node: Element) -> tuple[str, str]:
        """(text, feedback)."""
        feedback = ""
        for inline in node.findall("feedback-inline"):
            feedback = self.markdown(inline, "A feedback")
            node.remove(inline)
        for modal in item.iterfind("modal-feedback"):
            if modal.get("identifier") == node.get("identifier"):
                feedback = self.markdown(modal, "A feedback")
        return self.markdown(node, "A choice"), feedback


def emptied(body: Element, ask: Element, shown: str) -> Element:
    """A copy of the body with `shown` where the interaction was, without what is aside."""
    copy = Element("div", {LINE: "0"})
    copy.text = body.text
    for child in body:
        if child is ask:
            part = read_xml(shown)
            part.tail = child.tail
        elif child.tag in ASIDE:
            continue
        else:
            part = emptied(child, ask, shown)
            part.tag, part.tail = child.tag, child.tail
            part.attrib.update(child.attrib)
        copy.append(part)
    return copy


# --- answers -------------------------------------------------------------------------------------
class Response:
    """What the item declares of the right response to `ask`."""

    def __init__(self, item: Element, ask: Element) -> None:
        name = ask.get("response-identifier")
        found = [
            node for node in item.iterfind("response-declaration") if node.get("identifier") == name
        ]
        if not found:
            raise ValueError("The response of the item is not declared.")
        self.node = found[0]
        self.several = self.node.get("cardinality") in ("multiple", "ordered")
        self.type = self.node.get("base-type") or "identifier"
        self.correct = [
            text_of(value).strip() for value in self.node.iterfind("correct-response/value")
        ]
        if any(not value for value in self.correct):
            raise ValueError("A correct response is empty.")
        self.mapped = mapping_of(self.node)
        if not (self.correct or self.mapped):
            raise ValueError("Neither a correct response nor a mapping says what is right.")
        default = self.node.find("mapping")
        self.default = default.get("default-value", "0") if default is not None else "0"

    def credit(self, key: str) -> Decimal:
        """Of one value, as a share of what all right ones earn."""
        if self.correct:
            is_right = key in self.correct
            return (WHOLE / len(self.correct) if self.several else WHOLE) if is_right else NONE
        positive = [value for value in self.mapped.values() if value > 0]
        most = sum(positive, NONE) if self.several else max(positive, default=NONE)
        if not most:
            raise ValueError("No answer earns anything.")
        value = self.mapped.get(key, number_of(self.default, "A mapped value"))
        return max(share_or_least(value / most), -WHOLE)


def share_or_least(value: Decimal) -> Decimal:
    return share(max(value, -WHOLE))


def mapping_of(node: Element) -> dict[str, Decimal]:
    return {
        (entry.get("map-key") or "").strip(): number_of(
            entry.get("mapped-value") or "", "A mapped value"
        )
        for entry in node.iterfind("mapping/map-entry")
    }


def answers_of(item: Element, ask: Element, texts: Texts) -> dict[str, Any]:
    """{"kind", "choices"}. Raises ValueError."""
    response = Response(item, ask)
    if ask.tag == "text-entry-interaction":
        return entries_of(item, response)
    nodes = ask.findall("simple-choice")
    keys = [node.get("identifier") or "" for node in nodes]
    missing = [value for value in response.correct if value not in keys]
    if missing:
        raise ValueError(f"The correct response “{missing[0][:40]}” is no choice.")
    if len(set(keys)) < len(keys):
        raise ValueError("Two choices have the same identifier.")
    options = []
    for node, key in zip(nodes, keys, strict=True):
        text, feedback = texts.choice(item, node)
        options.append(Option(text, response.credit(key), feedback))
    content = choices_of(options, several=response.several)
    if not response.several and [row["text"] for row in content["choices"]] == ["True", "False"]:
        content["kind"] = "true_false"
    return content


def entries_of(item: Element, response: Response) -> dict[str, Any]:
    values = list(dict.fromkeys([*response.correct, *response.mapped]))
    numeric = response.type in ("float", "integer")
    most = max(response.mapped.values(), default=NONE)
    options = []
    for value in values:
        if numeric:
            number_of(value, "A correct response")
        whole = value in response.correct or not most
        credit = WHOLE if whole else share(response.mapped[value] / most)
        options.append(Option(value, credit, tolerance=tolerance_of(item) if numeric else None))
    return accepted(options, "numeric" if numeric else "short_answer")


def tolerance_of(item: Element) -> Decimal:
    """Of the comparison in the response processing; 0 where it is exact."""
    for node in item.iterfind("response-processing//equal"):
        if node.get("tolerance-mode") == "absolute":
            parts = (node.get("tolerance") or "0").split()
            return number_of(parts[0] if parts else "0", "A tolerance")
        if node.get("tolerance-mode") == "relative":
            raise ValueError("A relative tolerance is not known here.")
    return NONE


def shown(row: Row) -> Element:
    return normal(read_xml(item_xml(row)))
