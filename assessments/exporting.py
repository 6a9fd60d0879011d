"""What is known about a person, as one JSON file.

    {"exported_at": "2026-11-21T12:00:00Z", "member": {column: value},
     "sections": {section: {kind: [{column: value}, …]}}}

Sections are those that apps declare (`ops.registry.PersonSection`), all of them, whoever exports.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from assessments.models import Member
from assessments.sections import Rows, exported_sections
from ops.audit import record
from ops.rows import whole_rows

# Kept in memory up to so many bytes, then on disk.
IN_MEMORY = 8 * 1024 * 1024


@transaction.atomic
def export_member(*, member_id: UUID, user: AbstractBaseUser | AnonymousUser) -> IO[bytes]:
    """The whole file or an error, never a part of it. Raises Member.DoesNotExist.

    The caller closes it. The member's row is locked, so that no erasure works meanwhile. The log
    says who exported whom and how many rows, without the person's name.
    """
    member = Member.objects.select_for_update(no_key=True).filter(pk=member_id)
    if not member.exists():
        raise Member.DoesNotExist
    counts: dict[str, int] = {}
    with ExitStack() as unless_done:
        file: IO[bytes] = unless_done.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY))
        for part in document(member_id, counts):
            file.write(part.encode())
        record(
            action="export_member",
            entity_type="member",
            entity_id=member_id,
            details={"rows": counts},
            actor=user,
        )
        unless_done.pop_all()
    file.seek(0)
    return file


def document(member_id: UUID, counts: dict[str, int]) -> Iterator[str]:
    """The file in parts; `counts` gets the rows by section and kind."""
    (member,) = whole_rows(Member.objects.filter(pk=member_id))
    yield f'{{"exported_at": {encoded(timezone.now())},\n'
    yield f'"member": {encoded(member)},\n"sections": {{'
    for number, (name, kinds) in enumerate(exported_sections(member_id)):
        yield f"{',' if number else ''}\n{encoded(name)}: {{"
        yield from kinds_of(name, kinds, counts)
        yield "}"
    yield "}}\n"


def kinds_of(section: str, kinds: Rows, counts: dict[str, int]) -> Iterator[str]:
    for number, (kind, rows) in enumerate(kinds.items()):
        yield f"{',' if number else ''}\n{encoded(kind)}: ["
        written = 0
        for written, row in enumerate(rows, start=1):
            yield f"{',' if written > 1 else ''}\n{encoded(row)}"
        counts[f"{section}.{kind}"] = written
        yield "]"


def encoded(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
