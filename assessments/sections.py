"""What each app knows about a member: sections in the order of their declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.module_loading import import_string

from ops.registry import PersonSection, declared

# Kind → rows.
type Rows = Mapping[str, Iterable[Mapping[str, Any]]]


@dataclass(frozen=True)
class ShownSection:
    """`section` is what its template shows."""

    name: str
    title: str
    template: str
    section: Mapping[str, Any]


def person_sections() -> list[PersonSection]:
    return sorted(declared(PersonSection).values(), key=lambda each: (each.position, each.name))


def sections_for(user: Any, member_id: UUID) -> Iterator[ShownSection]:
    """Those that the user may see and that have something to say; others are not asked."""
    for each in person_sections():
        if user.has_perm(each.permission):
            section = import_string(each.view)(member_id, user)
            if section is not None:
                yield ShownSection(each.name, each.title, each.template, section)


def exported_sections(member_id: UUID) -> Iterator[tuple[str, Rows]]:
    """(name, rows by kind) of every section, whoever may see it on the screen."""
    for each in person_sections():
        yield each.name, import_string(each.export)(member_id)
