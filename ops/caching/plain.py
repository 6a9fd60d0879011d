"""Values as bytes: plain ones alone, so that no class outlives its code and nothing can be called.

Plain are None, bool, int, float, str, bytes, list, tuple, dict, set and frozenset, and what PLAIN
names.
"""

from __future__ import annotations

import pickle  # what it may make is restricted below
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

PLAIN: set[type] = {date, datetime, time, timedelta, timezone, Decimal, UUID}
NAMES = {(each.__module__, each.__qualname__): each for each in PLAIN}


class Writer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        if type(value) not in PLAIN and not (isinstance(value, type) and value in PLAIN):
            raise TypeError(f"A cache keeps plain values, not {type(value).__name__}.")
        return NotImplemented


class Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return NAMES[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not plain.") from None


def to_bytes(value: object) -> bytes:
    """Raises TypeError for what is not plain."""
    written = BytesIO()
    Writer(written, protocol=5).dump(value)
    return written.getvalue()


def from_bytes(data: bytes) -> Any:
    """Raises UnpicklingError for what is not plain."""
    return Reader(BytesIO(data)).load()
