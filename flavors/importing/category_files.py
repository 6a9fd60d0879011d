"""The tree of categories out of JSON: [{"name", "color", "children": […]}], or a flat list of
{"name", "parent", "color"}, parents first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flavors.importing.reading import FileError, json_of

type Path = tuple[str, ...]
DEEPEST = 50
LONGEST_NAME = 100
# A tree of more than this is none that people look after by hand.
MOST = 5_000


def categories_in(text: str) -> list[tuple[Path, str]]:
    """(names from the top down, colour or nothing); parents before their children. Raises
    FileError."""
    found = []
    for each in tree_of(text):
        found.append(each)
        if len(found) > MOST:
            raise FileError(f"The file has more than {MOST:,} categories.")
    if not found:
        raise FileError("The file has no category.")
    return found


def tree_of(text: str) -> Iterator[tuple[Path, str]]:
    """(names from the top down, colour or nothing); parents before their children."""
    found = json_of(text)
    if not isinstance(found, list):
        raise FileError("The JSON has to be a list of categories.")
    if any(isinstance(each, dict) and each.get("parent") for each in found):
        yield from flat(found)
    else:
        yield from nested(found, ())


def nested(found: Any, above: Path) -> Iterator[tuple[Path, str]]:
    if not isinstance(found, list) or len(above) > DEEPEST:
        raise FileError(f"What is below “{' → '.join(above)}” is no list of categories.")
    for each in found:
        path = (*above, name_of(each))
        yield path, color_of(each)
        yield from nested(each.get("children") or [], path)


def flat(found: list[Any]) -> Iterator[tuple[Path, str]]:
    paths: dict[str, Path] = {"": ()}
    for each in found:
        name, parent = name_of(each), str(each.get("parent") or "").strip()
        if parent.casefold() not in paths:
            raise FileError(f"“{name}” is below “{parent}”, which is not before it.")
        path = (*paths[parent.casefold()], name)
        paths.setdefault(name.casefold(), path)
        yield path, color_of(each)


def name_of(each: Any) -> str:
    name = each.get("name") if isinstance(each, dict) else None
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        raise FileError(f"Each category needs a name, of {LONGEST_NAME} characters at most.")
    return name.strip()


def color_of(each: dict[str, Any]) -> str:
    color = str(each.get("color") or each.get("colour") or "").strip().lower()
    digits = color.removeprefix("#")
    if color and (len(digits) != 6 or set(digits) - set("0123456789abcdef")):
        raise FileError(f"“{color[:20]}” of “{name_of(each)}” is no colour: write #rrggbb.")
    return f"#{digits}" if color else ""
