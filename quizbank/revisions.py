"""What differs between two contents of a question."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

LABELS = {"kind": "Kind", "stem": "Stem", "explanation": "Explanation", "media": "Figures"}


def describe(choice: dict[str, Any]) -> str:
    mark = "✓ " if choice["is_correct"] else ""
    exact = choice.get("tolerance")
    tolerance = f" ± {Decimal(str(exact)).normalize():f}" if exact is not None else ""
    feedback = f" ({choice['feedback']})" if choice.get("feedback") else ""
    return f"{mark}{choice['text']}{tolerance}{feedback}"


def as_rows(content: dict[str, Any]) -> dict[str, str]:
    """Label → text of every field and choice, in the order of the screen."""
    rows = {label: str(content[name] or "") for name, label in LABELS.items()}
    for number, choice in enumerate(content["choices"], start=1):
        rows[f"Choice {number}"] = describe(choice)
    return rows


def compare(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, str]]:
    """`[{"field", "before", "after"}]` for what differs."""
    old, new = as_rows(before), as_rows(after)
    return [
        {"field": label, "before": old.get(label, ""), "after": new.get(label, "")}
        for label in dict.fromkeys([*old, *new])
        if old.get(label, "") != new.get(label, "")
    ]
