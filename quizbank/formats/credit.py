"""Answers with a share of the credit, as other systems have them, as our choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from quizbank.formats.base import MAX_CHOICES, clean_text

WHOLE, NONE = Decimal(1), Decimal(0)
PLACES = 5
# Other systems round 1/3 to two places of a percentage, or to fifteen.
ROUNDING = Decimal("0.0002")


@dataclass(frozen=True)
class Option:
    """`credit` is a share of the whole, from -1 to 1."""

    text: str
    credit: Decimal
    feedback: str = ""
    tolerance: Decimal | None = None


def credit_of(percent: str) -> Decimal:
    """Of a percentage. Raises ValueError."""
    return share(number_of(percent, "A percentage") / 100)


def share(value: Decimal) -> Decimal:
    """Raises ValueError when it is not between -1 and 1."""
    if abs(value) > WHOLE + ROUNDING:
        raise ValueError(f"A credit of {value * 100:f} % is not between -100 and 100.")
    return round(max(-WHOLE, min(WHOLE, value)), PLACES)


def number_of(text: str, name: str) -> Decimal:
    """Raises ValueError."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"{name} is no number: “{text.strip()[:60]}”.") from None
    if not number.is_finite() or abs(number.adjusted()) > 15 or len(number.as_tuple().digits) > 30:
        raise ValueError(f"{name} is out of range: “{text.strip()[:60]}”.")
    return number


def check(options: Sequence[Option]) -> None:
    """Raises ValueError."""
    if not options:
        raise ValueError("The question has no choices.")
    if len(options) > MAX_CHOICES:
        raise ValueError(f"The question has {len(options):,} choices; the limit is {MAX_CHOICES}.")


def choices_of(options: Sequence[Option], *, several: bool) -> dict[str, Any]:
    """{"kind", "choices"} of a choice question. Raises ValueError.

    `several`: the learner may mark more than one. Where a learner marks one, and more than one
    earns the whole credit, all of these are correct choices of a multiple question.
    """
    check(options)
    right = [option.credit > 0 if several else option.credit >= WHOLE for option in options]
    if not any(right):
        raise ValueError("No answer is right.")
    if len(options) < 2:
        raise ValueError("There is only one choice.")
    marked = [number for number, is_right in enumerate(right) if is_right]
    plain = evenly(options, right) if several else False
    multiple = several or len(marked) > 1
    return {
        "kind": "multiple" if multiple else "single",
        "choices": [
            choice(option, is_right, keep_credit=not plain)
            for option, is_right in zip(options, right, strict=True)
        ],
    }


def evenly(options: Sequence[Option], right: Sequence[bool]) -> bool:
    """The right ones share the credit, and the wrong ones cost nothing."""
    part = WHOLE / sum(right)
    return all(
        abs(option.credit - (part if is_right else NONE)) < ROUNDING
        for option, is_right in zip(options, right, strict=True)
    )


def choice(option: Option, is_right: bool, *, keep_credit: bool = True) -> dict[str, Any]:
    """Raises ValueError when it is empty."""
    text = clean_text(option.text, "A choice")
    if not text:
        raise ValueError("A choice is empty.")
    partial = keep_credit and option.credit not in (NONE, WHOLE)
    return {
        "text": text,
        "is_correct": is_right,
        "fraction": option.credit if partial else None,
        "feedback": clean_text(option.feedback, "A feedback"),
    }


def accepted(options: Sequence[Option], kind: str) -> dict[str, Any]:
    """{"kind", "choices"} of a short answer or a numeric question. Raises ValueError."""
    check(options)
    choices = [choice(option, option.credit >= WHOLE) for option in options]
    if not any(row["is_correct"] for row in choices):
        raise ValueError("No answer is right.")
    if kind == "numeric":
        for row, option in zip(choices, options, strict=True):
            row["tolerance"] = round(option.tolerance or NONE, 10)
    return {"kind": kind, "choices": choices}


def true_false(is_true: bool, *, if_true: str = "", if_false: str = "") -> dict[str, Any]:
    """{"kind", "choices"}, with the feedback to each of the two."""
    options = (
        Option("True", WHOLE if is_true else NONE, if_true),
        Option("False", NONE if is_true else WHOLE, if_false),
    )
    return {
        "kind": "true_false",
        "choices": [choice(option, option.credit == WHOLE) for option in options],
    }


# --- the other way -------------------------------------------------------------------------------
def credits_of(row: dict[str, Any]) -> list[Decimal]:
    """Of each choice of an exported row: its own fraction, or what its correctness means."""
    right = sum(choice["is_correct"] for choice in row["choices"])
    part = WHOLE / right if row["kind"] == "multiple" and right else WHOLE
    return [
        Decimal(choice["fraction"])
        if choice.get("fraction") is not None
        else (part if choice["is_correct"] else NONE)
        for choice in row["choices"]
    ]


def percent(credit: Decimal) -> str:
    """33.33333 for a third; 100 for the whole."""
    return format(round(credit * 100, PLACES).normalize(), "f")
