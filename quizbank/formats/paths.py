"""Categories of other systems, which are paths of names."""

from __future__ import annotations

import re

from quizbank.formats.base import ParsedCategory
from quizbank.limits import CODE_LENGTH, NAME_LENGTH

# Where a path of Moodle's begins: its context, and the root that nobody sees.
CONTEXT = re.compile(r"\$\w+\$")
DEEPEST = 20


def path_of(text: str) -> tuple[ParsedCategory, ...]:
    """Steps from the root; a double slash stands for one in a name. A step's code is its path."""
    names = [name.replace("\0", "/").strip() for name in text.replace("//", "\0").split("/")]
    names = [name for name in names if name and not CONTEXT.fullmatch(name)]
    if names[:1] == ["top"]:
        names = names[1:]
    return tuple(
        ParsedCategory(
            "/".join(names[: depth + 1])[:CODE_LENGTH],
            name[:NAME_LENGTH],
            "subtopic" if depth else "topic",
        )
        for depth, name in enumerate(names[:DEEPEST])
    )
