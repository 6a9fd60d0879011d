"""A wheel on a page: its drawing, its table, and the words around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.http import urlencode
from django.utils.safestring import SafeString

from flavors.models import FlavorWheel
from flavors.wheels.colors import Palette
from flavors.wheels.figures import Slice, part_of, wheel_of
from flavors.wheels.reading import figures_of, palette_for
from flavors.wheels.subjects import Subject
from flavors.wheels.svg import Drawing
from flavors.wheels.table import LONGEST, Line, lines_of


@dataclass(frozen=True)
class ShownWheel:
    """`within` shows one category alone; `key` tells wheels on one page apart."""

    subject: Subject
    data: Mapping[str, Any]
    colors: Palette
    within: str = ""
    key: str = "wheel"

    @cached_property
    def whole(self) -> Slice:
        return wheel_of(self.data)

    @cached_property
    def wheel(self) -> Slice:
        return (part_of(self.whole, self.within) if self.within else None) or self.whole

    @cached_property
    def is_part(self) -> bool:
        return self.wheel is not self.whole

    @property
    def title(self) -> str:
        return f"{self.subject.title}: {self.within}" if self.is_part else self.subject.title

    @cached_property
    def drawing(self) -> Drawing:
        return Drawing(self.wheel, self.title, self.colors, self.key)

    @property
    def svg(self) -> SafeString:
        """Written by an XML library, which escapes every name."""
        return SafeString(self.drawing.for_page())

    @cached_property
    def lines(self) -> list[Line]:
        return lines_of(self.wheel, self.drawing.segments)

    @property
    def is_cut(self) -> bool:
        return len(self.lines) == LONGEST


def wheel_now(subject: Subject, *, within: str = "", key: str = "wheel") -> ShownWheel:
    return ShownWheel(subject, figures_of(subject), palette_for(subject.wheel_type), within, key)


def wheel_then(wheel: FlavorWheel, subject: Subject, *, within: str = "") -> ShownWheel:
    """As it was saved."""
    return ShownWheel(subject, wheel.data, palette_for(subject.wheel_type), within)


def query_of(subject: Subject, **more: str) -> str:
    return urlencode(subject.values | {name: value for name, value in more.items() if value})
