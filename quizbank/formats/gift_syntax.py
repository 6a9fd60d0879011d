r"""What a GIFT text says, as Moodle reads it; what we make of it is in `gift.py`.

A blank line ends a question. `\: \# \= \{ \} \~ \\` stand for the character, `\n` for a line break.
Positions are looked up in a mask of the text, in which what is escaped is blanked out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from quizbank.formats.credit import number_of

ESCAPED = re.compile(r"\\(.)", re.DOTALL)
MARKS = frozenset("~=#{}:\\")
NAME = re.compile(r"\s*::(.*?)::", re.DOTALL)
FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
WEIGHT = re.compile(r"\s*%\s*(-?[0-9]*[.,]?[0-9]*)\s*%")
SIGN = re.compile(r"[=~]")
DATA = re.compile(r"\[(id|tag):([^\]]*)\]")
SEAL = re.compile(r"\[steward:(.*)\]\s*$")
CATEGORY = re.compile(r"\s*\$CATEGORY:\s*(.*)")
TRUE, FALSE = ("T", "TRUE"), ("F", "FALSE")
BLANK = "_____"


@dataclass(frozen=True)
class Text:
    """`format` is html, moodle, plain or markdown."""

    text: str
    format: str


@dataclass(frozen=True)
class Answer:
    """`weight` is a percentage, None where there is none; `number` and `range` of a numeric one."""

    is_right: bool
    weight: Decimal | None
    text: Text
    feedback: Text | None
    number: Decimal | None = None
    range: Decimal | None = None


@dataclass(frozen=True)
class Category:
    line: int
    path: str


@dataclass
class Item:
    """`kind`: choice, true_false, short_answer, numeric, matching, essay or description."""

    line: int
    title: str | None = None
    stem: Text = Text("", "moodle")
    has_blank: bool = False
    kind: str = "description"
    answers: list[Answer] = field(default_factory=list)
    pairs: list[tuple[Text, str]] = field(default_factory=list)
    is_true: bool = False
    general_feedback: Text | None = None
    external_id: str | None = None
    tags: list[str] = field(default_factory=list)
    seal: str | None = None
    # The question as it stands, without comments.
    source: str = ""


@dataclass(frozen=True)
class Wrong:
    line: int
    reason: str


def masked(text: str) -> str:
    return ESCAPED.sub("\0\0", text)


def unescape(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        if match[1] == "n":
            return "\n"
        return match[1] if match[1] in MARKS else match[0]

    return ESCAPED.sub(character, text)


def read_text(text: str) -> Iterator[Item | Category | Wrong]:
    block: list[tuple[int, str]] = []
    for number, line in enumerate(f"{text}\n".split("\n"), 1):
        if line.strip():
            block.append((number, line))
        elif block:
            yield from read_block(block)
            block = []
    if block:
        yield from read_block(block)


def breaks_off(text: str) -> bool:
    """Whether the last question has no end."""
    last = re.split(r"\n[ \t]*\n", text.rstrip())[-1].split("\n")
    if any(line.startswith("// [steward:") and not SEAL.search(line) for line in last):
        return True
    mask = masked("\n".join(line for line in last if not line.lstrip().startswith("//")))
    return mask.count("{") > mask.count("}")


def read_block(block: list[tuple[int, str]]) -> Iterator[Item | Category | Wrong]:
    item = Item(block[0][0])
    lines: list[tuple[int, str]] = []
    for number, line in block:
        if line.lstrip().startswith("//"):
            read_comment(line, item)
        elif found := CATEGORY.fullmatch(line):
            yield Category(number, found[1].strip())
        else:
            lines.append((number, line))
    if not lines:
        return
    item.line = lines[0][0]
    item.source = "\n".join(line for _, line in lines)
    try:
        read_question(item.source, item)
    except ValueError as error:
        yield Wrong(item.line, str(error))
    else:
        yield item


def read_comment(line: str, item: Item) -> None:
    if sealed := SEAL.search(line):
        item.seal = sealed[1]
        return
    for name, value in DATA.findall(line):
        if name == "id":
            item.external_id = value.strip() or None
        else:
            item.tags.append(value.strip())


def read_question(text: str, item: Item) -> None:
    """Raises ValueError."""
    mask = masked(text)
    if name := NAME.match(mask):
        item.title = unescape(text[name.start(1) : name.end(1)]).strip()
        text, mask = text[name.end() :], mask[name.end() :]
    form = FORMAT.match(mask)
    kind_of_text = form[1] if form else "moodle"
    if form:
        text, mask = text[form.end() :], mask[form.end() :]
    start, end = mask.find("{"), mask.rfind("}")
    if (start < 0) != (end < 0) or end < start:
        raise ValueError("A brace opens or closes alone: write \\{ or \\} where it is text.")
    if start < 0:
        item.stem = Text(unescape(text).strip(), kind_of_text)
        return
    if "{" in mask[start + 1 : end] or "}" in mask[start:end]:
        raise ValueError("There is more than one answer in braces; we have one a question.")
    before, after = text[:start].strip(), text[end + 1 :].strip()
    item.has_blank = bool(after)
    stem = f"{before} {BLANK} {after}" if after else before
    item.stem = Text(unescape(stem).strip(), kind_of_text)
    read_answers(text[start + 1 : end], item)


def read_answers(body: str, item: Item) -> None:
    """Raises ValueError."""
    mask = masked(body)
    general = mask.rfind("####")
    if general >= 0:
        item.general_feedback = read_formatted(body[general + 4 :], item.stem.format)
        body, mask = body[:general], mask[:general]
    body = body.strip()
    mask = masked(body)
    word, parts = first_part(body, mask)
    if not body:
        item.kind = "essay"
    elif mask.startswith("#"):
        item.kind = "numeric"
        item.answers = [numeric(each) for each in split_answers(body[1:], item, bare=True)]
    elif word in TRUE + FALSE:
        read_true_false(word, parts, item)
    elif mask[0] not in "=~":
        raise ValueError(
            f"The answer “{body[:40]}” begins with neither = nor ~, and is none of"
            f" {', '.join(TRUE + FALSE)}."
        )
    elif "~" not in mask and all(has_arrow(each) for each in pieces(body)):
        item.kind = "matching"
        item.pairs = [read_pair(each, item.stem.format) for each in pieces(body)]
    else:
        item.kind = "choice" if "~" in mask else "short_answer"
        item.answers = split_answers(body, item)


def first_part(body: str, mask: str) -> tuple[str, list[str]]:
    """What stands before the first #, and the feedbacks after it."""
    cuts = [match.start() for match in re.finditer("#", mask)]
    edges = [*cuts, len(body)]
    parts = [body[cut + 1 : edge] for cut, edge in zip(cuts, edges[1:], strict=True)]
    return body[: edges[0]].strip(), parts


def read_true_false(word: str, feedbacks: list[str], item: Item) -> None:
    """The first feedback is to the wrong answer, the second to the right one."""
    if len(feedbacks) > 2:
        raise ValueError("A true/false question has two feedbacks at most.")
    item.kind, item.is_true = "true_false", word in TRUE
    texts = [read_formatted(each, item.stem.format) for each in feedbacks]
    wrong, right = [*texts, None, None][:2]
    nothing = Text("", item.stem.format)
    item.answers = [
        Answer(item.is_true == side, None, Text(str(side), "plain"), feedback or nothing)
        for side, feedback in (
            (True, right if item.is_true else wrong),
            (False, wrong if item.is_true else right),
        )
    ]


def pieces(body: str) -> list[str]:
    """Each answer with its sign."""
    starts = [match.start() for match in SIGN.finditer(masked(body))]
    return [body[start:end] for start, end in zip(starts, [*starts[1:], len(body)], strict=True)]


def split_answers(body: str, item: Item, *, bare: bool = False) -> list[Answer]:
    """`bare`: a single answer may stand without a sign. Raises ValueError."""
    if bare and not SIGN.match(masked(body).lstrip()):
        body = f"={body}"
    return [read_answer(each, item.stem.format) for each in pieces(body)]


def read_answer(piece: str, kind_of_text: str) -> Answer:
    sign, rest = piece[0], piece[1:]
    weight = None
    if found := WEIGHT.match(masked(rest)):
        written = rest[found.start(1) : found.end(1)].replace(",", ".")
        weight = number_of(written, "A weight")
        rest = rest[found.end() :]
    cut = masked(rest).find("#")
    feedback = read_formatted(rest[cut + 1 :], kind_of_text) if cut >= 0 else None
    text = read_formatted(rest[:cut] if cut >= 0 else rest, kind_of_text)
    return Answer(sign == "=", weight, text or Text("", kind_of_text), feedback)


def read_formatted(text: str, kind_of_text: str) -> Text | None:
    """None where there is nothing."""
    if found := FORMAT.match(masked(text)):
        kind_of_text, text = found[1], text[found.end() :]
    text = unescape(text).strip()
    return Text(text, kind_of_text) if text else None


def numeric(answer: Answer) -> Answer:
    """`3`, `3:2` (give or take) or `1..5`; empty or `*` stands for every other answer."""
    text = answer.text.text
    if text in ("", "*"):
        if answer.is_right:
            raise ValueError("A numeric question needs a number as its right answer.")
        return answer
    low, dots, high = text.partition("..")
    if dots:
        lowest, highest = number_of(low, "A numeric answer"), number_of(high, "A numeric answer")
        if highest < lowest:
            raise ValueError(f"The range “{text[:60]}” ends before it begins.")
        number, off = (lowest + highest) / 2, (highest - lowest) / 2
    else:
        value, colon, tolerance = text.partition(":")
        number = number_of(value, "A numeric answer")
        off = number_of(tolerance, "A tolerance") if colon else Decimal(0)
        if off < 0:
            raise ValueError(f"The tolerance “{text[:60]}” is less than 0.")
    return Answer(answer.is_right, answer.weight, answer.text, answer.feedback, number, off)


def has_arrow(piece: str) -> bool:
    return "->" in masked(piece)


def read_pair(piece: str, kind_of_text: str) -> tuple[Text, str]:
    cut = masked(piece).find("->")
    left = read_formatted(piece[1:cut], kind_of_text) or Text("", kind_of_text)
    return left, unescape(piece[cut + 2 :]).strip()
