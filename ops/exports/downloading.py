"""An order straight to the browser: no file, constant memory, and one snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from ops.exports.files import record_export
from ops.exports.orders import Order
from ops.exports.reading import count, reading
from ops.exports.writing import blocks_of


class Download:
    """The blocks of a file. Its rows are counted, and recorded, before the first one leaves.

    Whoever makes it closes it, read or not. Raises DatabaseError.
    """

    def __init__(self, *, order: Order, user: Any) -> None:
        with ExitStack() as opened:
            conn = opened.enter_context(reading())
            self.rows = count(conn, order)
            record_export(order=order, rows=self.rows, user=user)
            self.blocks = blocks_of(conn, order)
            self.opened = opened.pop_all()

    def __iter__(self) -> Iterator[bytes]:
        return (block for block, _ in self.blocks if block)

    def close(self) -> None:
        """Also in the middle, when the browser is gone: the statement is cancelled."""
        with self.opened:
            self.blocks.close()
