"""Erasing what tells of a member: the declarations, and what an erasure would find.

The erasure itself is SQL (ops/sql/erasures_v1.sql): one transaction, whoever starts it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.apps.registry import Apps
from django.db import connection

from ops.models import ErasedMember, PartitionArchive, PersonalTable
from ops.models.archive import FINAL
from ops.registry import PersonalData, declared


def synchronise_declarations(*, apps: Apps = apps, **_: object) -> None:
    """After each migrate: the database knows what the code declares."""
    try:
        apps.get_model("ops", "PersonalTable")
    except LookupError:  # migrated back to before the table
        return
    tables = declared(PersonalData)
    PersonalTable.objects.exclude(name__in=tables).delete()
    PersonalTable.objects.bulk_create(
        [
            PersonalTable(
                name=table.name,
                position=position,
                member_column=table.member_column,
                action=table.action,
                columns=dict(table.columns),
                searched=table.searched,
            )
            for position, table in enumerate(tables.values())
        ],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["position", "member_column", "action", "columns", "searched"],
    )


@dataclass(frozen=True)
class Found:
    """Rows of a declared table that tell of a member."""

    declared: PersonalData
    rows: int


def personal_data_of(member: UUID, emails: Iterable[str | None]) -> list[Found]:
    """What an erasure would find now, in the order of its work."""
    known = declared(PersonalData)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM public.count_personal_data(%s, %s)",
            [member, [email for email in emails if email]],
        )
        return [Found(known[name], rows) for name, rows in cursor.fetchall() if name in known]


def erasure_of(member: UUID) -> ErasedMember | None:
    """None until the member is erased."""
    return ErasedMember.objects.filter(pk=member).first()


def archived_with_personal_data() -> list[PartitionArchive]:
    """Partitions that are in the archive: they are erased again when they are restored."""
    tables = declared(PersonalData)
    return list(
        PartitionArchive.objects.filter(table_name__in=tables)
        .exclude(state__in=FINAL)
        .order_by("table_name", "lower")
    )
