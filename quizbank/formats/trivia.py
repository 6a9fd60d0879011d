"""OpenTriviaQA's text: `#Q` question, `^` answer, `A` to `D` choices, a blank line between."""

from __future__ import annotations

import re

from quizbank.formats.base import FormatError, LineError, Parsed, ParsedQuestion, clean_text


def parse(text: str) -> Parsed:
    parsed = Parsed("trivia", makes_exams=True)
    for line, block in blocks(text):
        try:
            parsed.questions.append(read(block, line))
        except ValueError as error:
            parsed.errors.append(LineError(line, str(error)))
    if not parsed.questions and not parsed.errors:
        raise FormatError("There is no line that begins with #Q: this is no trivia file.")
    if not text.endswith(("\n", "\r")):
        raise FormatError("The last line does not end: is the file complete? End it with Enter.")
    return parsed


def blocks(text: str) -> list[tuple[int, list[str]]]:
    """(first line, lines) of each question."""
    found: list[tuple[int, list[str]]] = []
    for number, line in enumerate(text.split("\n"), 1):
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
    if not any(stem):
        raise ValueError("There is no question behind #Q.")
    if not key:
        raise ValueError("There is no line that begins with ^ and gives the answer.")
    if choices.count(key) != 1:
        raise ValueError(f"The answer “{key}” stands {choices.count(key)} times in the choices.")
    twice = next((text for text in choices if choices.count(text) > 1), None)
    if twice is not None:
        raise ValueError(f"The choice “{twice[:80]}” stands there twice.")
    if len(choices) < 2:
        raise ValueError("There is only one choice.")
    if not all(choices):
        raise ValueError("A choice is empty.")
    return ParsedQuestion(
        line=line,
        content={
            "stem": clean_text("\n".join(stem), "The question"),
            "kind": "true_false" if sorted(choices) == ["False", "True"] else "single",
            "choices": [{"text": text, "is_correct": text == key} for text in choices],
        },
    )
