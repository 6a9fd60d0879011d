"""Aiken's text: a one-line stem, options `A.` or `A)` and on, and `ANSWER: A`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from quizbank.formats.base import FormatError, LineError, Parsed, ParsedQuestion, clean_text
from quizbank.formats.credit import NONE, WHOLE, Option, choices_of

OPTION = re.compile(r"([A-Z])[.)]\s+(.*)")
ANSWER = re.compile(r"ANSWER:\s*(.*)")
LIKE_ANSWER = re.compile(r"answer\s*:", re.IGNORECASE)

type Line = tuple[int, str]


def parse(text: str) -> Parsed:
    """Raises FormatError when there is no line with an answer."""
    parsed = Parsed("aiken")
    for block in blocks(text):
        try:
            parsed.questions.append(read(block))
        except ValueError as error:
            parsed.errors.append(LineError(block[0][0], str(error)))
    if not parsed.questions and not parsed.errors:
        raise FormatError("There is no line that begins with ANSWER: this is no Aiken file.")
    return parsed


def blocks(text: str) -> Iterator[list[Line]]:
    """The lines of each question, the last of which is its answer, or should be."""
    block: list[Line] = []
    for number, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        line = raw.strip()
        if not line:
            continue
        block.append((number, line))
        if LIKE_ANSWER.match(line):
            yield block
            block = []
    if block:
        yield block


def read(block: list[Line]) -> ParsedQuestion:
    """The first line is the stem, whatever it looks like. Raises ValueError with the reason."""
    (line, stem), (_, last) = block[0], block[-1]
    if not LIKE_ANSWER.match(last):
        raise ValueError("There is no line ANSWER: after this question.")
    found = ANSWER.fullmatch(last)
    if not found:
        raise ValueError("ANSWER: stands in upper case, and right before a colon.")
    if len(block) == 1:
        raise ValueError("There is an answer without a question.")
    options = list(options_of(block[1:-1], stem))
    letter = found[1].strip()
    letters = [each for each, _ in options]
    if letter not in letters:
        offered = f"{letters[0]} to {letters[-1]}" if letters else "there are none"
        raise ValueError(f"The answer is “{letter[:20]}”, which is no option: {offered}.")
    content = choices_of(
        [Option(text, WHOLE if each == letter else NONE) for each, text in options], several=False
    )
    return ParsedQuestion(line=line, content={"stem": clean_text(stem, "The stem"), **content})


def options_of(lines: list[Line], stem: str) -> Iterator[tuple[str, str]]:
    """(letter, text) of each, in the order of the alphabet. Raises ValueError."""
    for position, (number, line) in enumerate(lines):
        match = OPTION.fullmatch(line)
        if match is None:
            raise ValueError(
                f"Line {number:,} is no option: a stem is one line, and options begin like “A. ”."
            )
        wanted = chr(ord("A") + position)
        if match[1] != wanted:
            missing = " Is its question missing?" if position == 0 and OPTION.match(stem) else ""
            raise ValueError(f"Line {number:,} is option {match[1]}, not {wanted}.{missing}")
        yield match[1], match[2]
