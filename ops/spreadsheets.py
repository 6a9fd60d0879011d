"""Cells that a spreadsheet must not run."""

from __future__ import annotations

import re

# A spreadsheet would run a cell that begins like this, some in the wide forms of East Asia, too; an
# apostrophe before it makes it text.
FORMULA = re.compile("'*[-=+@\t\r\n\uff0d\uff1d\uff0b\uff20]")


def neutralise(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
