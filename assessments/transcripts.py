"""Interview transcripts as conversations. Apps wrote them in many shapes; none is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

# Of one turn on the screen, in characters; an export has all of it.
LONGEST = 20_000
# Where a conversation may be within an object, and what a turn may call its parts.
WITHIN = ("messages", "turns", "transcript", "conversation")
SPEAKERS = ("role", "speaker", "author", "from", "name")
TEXTS = ("content", "text", "message", "body")
PAIR = ("question", "answer")
MOMENTS = ("timestamp", "created_at", "at", "time")


@dataclass(frozen=True)
class Turn:
    """`number` counts from 1; `cut` is how many characters there are where not all are shown."""

    number: int
    speaker: str
    text: str
    moment: str = ""
    cut: int = 0


def conversation(written: str | None) -> list[Turn]:
    """Of a transcript's JSON; what cannot be read as a conversation is one turn, as it stands."""
    try:
        spoken = list(turns_in(json.loads(written or "null")))
    except (ValueError, RecursionError):
        spoken = [("", written or "", "")]
    return [turn(number, *parts) for number, parts in enumerate(spoken, start=1)]


def turn(number: int, speaker: str, text: str, moment: str) -> Turn:
    cut = len(text) if len(text) > LONGEST else 0
    return Turn(number, speaker[:100], text[:LONGEST], moment[:100], cut)


def turns_in(value: Any) -> Iterator[tuple[str, str, str]]:
    """(speaker, text, moment) of each turn."""
    if isinstance(value, dict):
        inner = next((value[key] for key in WITHIN if isinstance(value.get(key), list)), None)
        yield from turns_of(value) if inner is None else turns_in(inner)
    elif isinstance(value, list):
        for each in value:
            yield from turns_of(each)
    else:
        yield from turns_of(value)


def turns_of(value: Any) -> Iterator[tuple[str, str, str]]:
    if not isinstance(value, dict):
        if text := plain(value):
            yield "", text, ""
        return
    moment = plain(first(value, MOMENTS))
    if set(PAIR) <= set(value):
        yield from ((key, plain(value[key]), moment) for key in PAIR)
        return
    text = first(value, TEXTS)
    if text is None:
        # An empty object says nothing.
        yield from [("", plain(value), "")] if value else []
    else:
        yield plain(first(value, SPEAKERS)), plain(text), moment


def first(value: dict[str, Any], keys: Iterable[str]) -> Any:
    return next((value[key] for key in keys if value.get(key) is not None), None)


def plain(value: Any) -> str:
    """Text as it is; the texts of parts joined; anything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(is_part(each) for each in value):
        return "\n".join(each if isinstance(each, str) else each["text"] for each in value)
    return json.dumps(value, ensure_ascii=False, indent=2)


def is_part(value: Any) -> bool:
    text = value.get("text") if isinstance(value, dict) else value
    return isinstance(text, str)
