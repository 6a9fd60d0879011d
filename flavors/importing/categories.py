"""The tree of categories out of JSON: [{"name", "color", "children": […]}], or a flat list of
{"name", "parent", "color"}, parents first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from flavors.importing.reading import FileError, text_of
from flavors.models import FlavorCategory
from flavors.models.choices import CategoryKind
from ops.audit import record

type Path = tuple[str, ...]
DEEPEST = 50


@transaction.atomic
def import_categories(
    *, file_name: str, data: bytes, kind: str = CategoryKind.FLAVOR.value, dry_run: bool = False
) -> dict[str, int]:
    """`{"created": n, "changed": n, "unchanged": n}`. A category is known by its name and those
    above it. Nothing is moved or deleted. Raises FileError."""
    given = list(tree_of(text_of(data, "utf-8")))
    known = known_paths(kind)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for position, (path, color) in enumerate(given):
        key = tuple(name.casefold() for name in path)
        category = known.get(key)
        counts[outcome(category, color)] += 1
        if category is None:
            parent = known.get(key[:-1])
            category = FlavorCategory(
                parent=parent, kind=kind, name=path[-1], color=color, position=position
            )
            known[key] = category
        elif not color or category.color == color:
            continue
        category.color = color or category.color
        if not dry_run:
            category.save()
    if not dry_run:
        details = {"label": file_name, **counts}
        record(action="import_categories", entity_type="flavorcategory", details=details)
    return counts


def outcome(category: FlavorCategory | None, color: str) -> str:
    if category is None:
        return "created"
    return "changed" if color and category.color != color else "unchanged"


def known_paths(kind: str) -> dict[Path, FlavorCategory]:
    rows = {row.pk: row for row in FlavorCategory.objects.filter(kind=kind)}

    def path_of(row: FlavorCategory) -> Path:
        above = path_of(rows[row.parent_id]) if row.parent_id else ()
        return (*above, row.name.casefold())

    return {path_of(row): row for row in rows.values()}


def tree_of(text: str) -> Iterator[tuple[Path, str]]:
    """(names from the top down, colour or nothing); parents before their children."""
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise FileError(f"The file is no JSON: {error}.") from None
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
        yield from nested(each.get("children", []), path)


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
    if not isinstance(name, str) or not name.strip() or len(name) > 100:
        raise FileError("Each category needs a name, of 100 characters at most.")
    return name.strip()


def color_of(each: dict[str, Any]) -> str:
    color = str(each.get("color") or each.get("colour") or "").strip().lower()
    digits = color.removeprefix("#")
    if color and (len(digits) != 6 or set(digits) - set("0123456789abcdef")):
        raise FileError(f"“{color[:20]}” of “{name_of(each)}” is no colour: write #rrggbb.")
    return f"#{digits}" if color else ""
