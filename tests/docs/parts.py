"""What stands in docs/ between `<!-- name -->` and `<!-- end -->`: written from the code.

`uv run pytest tests/docs --write-docs` brings it up to date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ops.alerts.words import in_unit
from ops.registry import AlertRule, Export, Operation, PartitionedTable, Schedule, declared
from tests.docs import surface

MARK = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """The page with each part as it has to be. KeyError: nobody knows the part."""
    return MARK.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]()}\n{found[3]}", text)


def names_in(text: str) -> list[str]:
    return [found[2] for found in MARK.finditer(text)]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


# --- Declarations --------------------------------------------------------------------------------
def alerts() -> str:
    head = ("Alert", "Warning", "Critical", "What to do")
    return table(
        head, map(row_of, sorted(declared(AlertRule).values(), key=lambda rule: rule.name))
    )


def row_of(rule: AlertRule) -> tuple[str, ...]:
    limits = (
        "" if limit is None else f"{rule.wrong_when} {in_unit(rule.unit, limit)}"
        for limit in (rule.warning, rule.critical)
    )
    return f"`{rule.name}`<br>{rule.title}", *limits, rule.about


def schedules() -> str:
    operations = declared(Operation)
    rows = [
        (
            f"`{each.name}`",
            str(each.when),
            operations[each.operation].about
            or f"{operations[each.operation].title}: `{each.target}`.",
        )
        for each in declared(Schedule).values()
    ]
    return table(("Schedule", "When", "What it does"), rows)


def exports() -> str:
    rows = [
        (f"`{each.name}`", each.about, "yes" if each.in_warehouse else "")
        for each in sorted(declared(Export).values(), key=lambda export: export.name)
    ]
    return table(("Export", "What it has", "Warehouse"), rows)


def partitioned() -> str:
    rows = [
        (f"`{each.name}`", each.period, f"{each.keep_months} months")
        for each in sorted(declared(PartitionedTable).values(), key=lambda table: table.name)
    ]
    return table(("Table", "A partition a", "Kept before the archive is offered"), rows)


def client_tables() -> str:
    return table(("Role", "Table", "May"), surface.client_tables())


PARTS = {
    "alerts": alerts,
    "schedules": schedules,
    "exports": exports,
    "partitioned": partitioned,
    "client_tables": client_tables,
    "client_functions": surface.client_functions,
    "helpers": surface.helpers,
    "monitoring": surface.monitoring,
}
