"""OpenTriviaQA's text: `#Q` question, `^` answer, `A` to `D` choices, a blank line between."""

from __future__ import annotations

import re

from quizbank.formats.base import FormatError, LineError, Parsed, ParsedQuestion


def parse(text: str) -> Parsed:
    questions: list[ParsedQuestion] = []
    errors: list[LineError] = []
    for line, block in blocks(text):
        try:
            questions.append(read(block, line))
        except ValueError as error:
            errors.append(LineError(line, str(error)))
    if not questions and not errors:
        raise FormatError("There is no line that begins with #Q: this is no trivia file.")
    return questions, errors


def blocks(text: str) -> list[tuple[int, list[str]]]:
    """(first line, lines) of each question."""
    found: list[tuple[int, list[str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#Q"):
            found.append((number, [line]))
        elif found and line.strip():
            found[-1][1].append(line)
    return found


def read(block: list[str], line: int) -> ParsedQuestion:
    stem: list[str] = []
    key, choices = "", []
    for text in block:
        if text.startswith("^"):
            key = text[1:].strip()
        elif key and re.match(r"[A-Z] ", text):
            choices.append(text[2:].strip())
        elif not key:
            stem.append(text.removeprefix("#Q").strip())
    if not key:
        raise ValueError("There is no line that begins with ^ and gives the answer.")
    if choices.count(key) != 1:
        raise ValueError(f"The answer “{key}” stands {choices.count(key)} times in the choices.")
    if len(set(choices)) < len(choices):
        raise ValueError("Two choices are the same.")
    if len(choices) < 2:
        raise ValueError("There is only one choice.")
    return ParsedQuestion(
        line=line,
        stem="\n".join(stem).strip(),
        kind="true_false" if sorted(choices) == ["False", "True"] else "single",
        choices=tuple({"text": text, "is_correct": text == key} for text in choices),
    )
