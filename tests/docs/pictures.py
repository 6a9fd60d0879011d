"""The data model as pictures: a box a table, a line a foreign key, from the table to what it names.

Columns of boxes are ranks: a table stands right of all that it points to, but for a key that would
close a circle. A table without a line to another one stands below.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

import pghistory.models
from django.apps import apps
from django.db import connection
from django.db.models import Model

WIDTH, GAP_X, GAP_Y, LINE, MARGIN = 270, 80, 18, 14, 20
LETTERS = 44
KINDS = {"p": "partitioned", "m": "materialized", "v": "view"}
# A column of boxes goes on in the next one from here on.
TALLEST = 1100
BELOW = 4
STYLE = (
    "text{font:11px ui-sans-serif,system-ui,sans-serif;fill:#1f2937}"
    ".n{font-weight:700;font-size:12px}.k{fill:#6b7280;font-style:italic}.f{fill:#6d28d9}"
    "rect{fill:#fff;stroke:#9ca3af}.h{fill:#ede9fe;stroke:#9ca3af}.d{stroke-dasharray:4 3}"
    "path{fill:none;stroke:#a78bfa;stroke-width:1.2;opacity:.75}"
)


@dataclass
class Box:
    name: str
    kind: str
    # Column → the table that it names, in this picture or elsewhere.
    keys: dict[str, str]
    others: list[str]
    required: set[str] = field(default_factory=set)
    x: int = 0
    y: int = 0

    @property
    def lines(self) -> list[tuple[str, str]]:
        """(class, text) below the title."""
        keys = [("f", f"{column} → {table}") for column, table in self.keys.items()]
        return keys + [("", line) for line in textwrap.wrap(", ".join(self.others), LETTERS)]

    @property
    def height(self) -> int:
        return LINE * (len(self.lines) + 1) + 14

    def row(self, column: str) -> int:
        """The middle of a key's line."""
        return self.y + LINE * (list(self.keys).index(column) + 2) + 4


# --- What is drawn -------------------------------------------------------------------------------
def boxes_of(app: str) -> dict[str, Box]:
    """Its tables and views, without the histories of rows."""
    kinds = relation_kinds()
    models = apps.get_app_config(app).get_models()
    return {
        model._meta.db_table: box_of(model, kinds[model._meta.db_table])
        for model in models
        if model._meta.db_table in kinds
        and not model._meta.proxy
        and not issubclass(model, pghistory.models.Event)
    }


def relation_kinds() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relkind::text FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm', 'v')"
        )
        return {name: KINDS.get(kind, "") for name, kind in cursor.fetchall()}


def box_of(model: type[Model], kind: str) -> Box:
    keys, others, required = {}, [], set()
    for each in model._meta.local_concrete_fields:
        if each.related_model is None:
            others.append(each.column)
            continue
        keys[each.column] = each.related_model._meta.db_table
        if not each.null:
            required.add(each.column)
    return Box(model._meta.db_table, kind, keys, others, required)


# --- Where it stands -----------------------------------------------------------------------------
def ranks(boxes: dict[str, Box]) -> dict[str, int]:
    """Of the tables that have a line to another one. Keys that must be set count first."""
    above: dict[str, set[str]] = {name: set() for name in boxes}
    edges = [(box, column, box.keys[column]) for box in boxes.values() for column in box.keys]
    inside = [(b, c, t) for b, c, t in edges if t in boxes and t != b.name]
    for box, _, target in sorted(inside, key=lambda edge: edge[1] not in edge[0].required):
        if not reaches(above, target, box.name):
            above[box.name].add(target)
    linked = {name for box, _, target in inside for name in (box.name, target)}

    def rank(name: str) -> int:
        return max((rank(each) + 1 for each in above[name]), default=0)

    return {name: rank(name) for name in boxes if name in linked}


def reaches(above: dict[str, set[str]], start: str, end: str) -> bool:
    return start == end or any(reaches(above, each, end) for each in above[start])


def columns_of(boxes: dict[str, Box]) -> Iterator[list[Box]]:
    ranked = ranks(boxes)
    places: dict[str, float] = {}
    for number in range(max(ranked.values(), default=-1) + 1):
        column = [boxes[name] for name in boxes if ranked.get(name) == number]
        # Near to what they point to.
        column.sort(key=lambda box: mean([places[t] for t in box.keys.values() if t in places]))
        places |= {box.name: place for place, box in enumerate(column)}
        yield from split(column)


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def split(column: list[Box]) -> Iterator[list[Box]]:
    total = sum(box.height + GAP_Y for box in column)
    parts = -(-total // TALLEST)
    part: list[Box] = []
    for box in column:
        part.append(box)
        if sum(each.height + GAP_Y for each in part) >= total / parts:
            yield part
            part = []
    if part:
        yield part


def place(boxes: dict[str, Box]) -> tuple[int, int]:
    """Gives each box its place; returns width and height of all."""
    columns = list(columns_of(boxes))
    heights = [sum(box.height + GAP_Y for box in column) for column in columns]
    tallest = max(heights, default=0)
    for number, column in enumerate(columns):
        y = MARGIN + (tallest - heights[number]) // 2
        for box in column:
            box.x, box.y = MARGIN + number * (WIDTH + GAP_X), y
            y += box.height + GAP_Y
    placed = {box.name for column in columns for box in column}
    alone = [box for name, box in boxes.items() if name not in placed]
    bottom = MARGIN + tallest + (GAP_Y if alone and columns else 0)
    ends = [bottom] * max(BELOW, len(columns))
    for box in alone:
        number = ends.index(min(ends))
        box.x, box.y = MARGIN + number * (WIDTH + GAP_X), ends[number]
        ends[number] += box.height + GAP_Y
    width = max(box.x for box in boxes.values()) + WIDTH + MARGIN
    return width, max(ends) + MARGIN


# --- How it is written ---------------------------------------------------------------------------
def picture_of(app: str) -> str:
    boxes = boxes_of(app)
    width, height = place(boxes)
    lines = [curve for box in boxes.values() for curve in curves_of(box, boxes)]
    parts = [part for box in boxes.values() for part in drawn(box)]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-label="Tables of {app}">\n<style>{STYLE}</style>\n'
        f'<rect width="{width}" height="{height}" stroke="none"/>\n'
    )
    return head + "\n".join([*lines, *parts]) + "\n</svg>\n"


def drawn(box: Box) -> Iterator[str]:
    dashed = ' class="d"' if box.kind in ("view", "materialized") else ""
    yield f'<rect x="{box.x}" y="{box.y}" width="{WIDTH}" height="{box.height}" rx="4"{dashed}/>'
    yield f'<rect class="h" x="{box.x}" y="{box.y}" width="{WIDTH}" height="20" rx="4"/>'
    kind = f'<tspan class="k" dx="6">{box.kind}</tspan>' if box.kind else ""
    yield text(box, 14, "n", escape(box.name) + kind)
    for number, (style, line) in enumerate(box.lines):
        yield text(box, LINE * (number + 2) + 8, style, escape(line))


def text(box: Box, down: int, style: str, content: str) -> str:
    name = f' class="{style}"' if style else ""
    return f'<text x="{box.x + 8}" y="{box.y + down}"{name}>{content}</text>'


def curves_of(box: Box, boxes: dict[str, Box]) -> Iterator[str]:
    for column, table in box.keys.items():
        target = boxes.get(table)
        if target is None or target is box:
            continue
        start_y, end_y = box.row(column), target.y + 10
        is_left = target.x < box.x
        start_x = box.x
        end_x = target.x + (WIDTH if is_left else 0)
        bend = GAP_X // 2
        turn = end_x + bend if is_left else end_x - bend
        yield (
            f'<path d="M{start_x} {start_y}C{start_x - bend} {start_y} {turn} {end_y}'
            f' {end_x} {end_y}"/>'
        )
