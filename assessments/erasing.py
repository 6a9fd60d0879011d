"""Erasing a person: what it would find, hiding them at once, and the run that erases.

Safety: nothing is deleted here but by the SQL function `erase_member`, in one transaction.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from assessments.models import Member, PublicProfile
from ops.audit import acting_user, record
from ops.erasing import Found, archived_with_personal_data, erasure_of, personal_data_of
from ops.registry import PersonalData, declared
from ops.runs import active_run, enqueue
from ops.work import Refused

ERASE = "erase_member"


def found_of(member: Member) -> list[Found]:
    """The dry run: rows of each table that tell of the member."""
    profile = PublicProfile.objects.filter(pk=member.pk).values_list("email", flat=True)
    return personal_data_of(member.pk, [member.email, *profile])


def archived_partitions() -> list[tuple[str, int]]:
    """(Title, partitions in the archive) of the tables that tell of members."""
    counted = Counter(archive.table_name for archive in archived_with_personal_data())
    return [
        (table.title, counted[name])
        for name, table in declared(PersonalData).items()
        if counted[name]
    ]


def run_that_erases(member: Member) -> UUID | None:
    """The one that waits or works, if there is one."""
    run = active_run(operation=ERASE, target=str(member.pk))
    return run.pk if run else None


def wanted_words(member: Member) -> str:
    """What is typed to confirm: the e-mail, or the id of a member without one."""
    return member.email or str(member.pk)


@transaction.atomic
def start_erasure(*, member: Member, typed: str, user: Any) -> tuple[UUID, bool]:
    """Hide the member from the public now, and erase them in a run.

    Returns the run's id, and whether it is a new one. Raises Refused.
    """
    if erasure_of(member.pk):
        raise Refused("This member is erased already.")
    if typed.strip().casefold() != wanted_words(member).casefold():
        raise Refused(f"Nothing was erased: type {wanted_words(member)} to confirm.")
    Member.objects.filter(pk=member.pk).update(is_active=False)
    run, is_new = enqueue(operation=ERASE, target=str(member.pk), user=user)
    return run.pk, is_new


@transaction.atomic
def erase_member(*, member: UUID, run: UUID) -> dict[str, int]:
    """Table → rows deleted or blanked; a second time, what the first did. Raises Refused."""
    if not Member.objects.filter(pk=member).exists():
        raise Refused(f"There is no member {member}.")
    is_first = erasure_of(member) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.erase_member(%s, %s)", [member, name_of(acting_user())])
    erasure = erasure_of(member)
    assert erasure is not None  # noqa: S101  # narrows the type
    if is_first:
        # After the erasure, which blanks what the log said of the member until then.
        record(
            action="erase",
            entity_type="member",
            entity_id=member,
            details={"label": str(member), "run": run, **erasure.counts},
        )
    return erasure.counts


def name_of(person: Any) -> str:
    return person.get_username() if person else ""
