"""Erased members and the archive: nothing of them comes back, from whichever road."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from assessments.models import AssessmentSession, Member
from ops import audit
from ops.models import AuditEntry
from tests.assessments.people import make_member
from tests.assessments.test_archive import partitions
from tests.assessments.test_erasing import erase, execute, places_of
from tests.assessments.test_erasing_rules import in_thread
from tests.ops.conftest import somebody_waits, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

SESSIONS = ("cs_assessment_sessions", "cs_assessment_sessions_2010")
LOG = ("audit_logs", "audit_logs_2010_05")
MARKER = "zzyzx"


@pytest.fixture
def members(tmp_path: Path, settings: Any) -> Iterator[tuple[Member, Member]]:
    """Two with a session and a logged action of 2010 each; of the first, all with the marker."""
    settings.STEWARD_ARCHIVE_DIR = tmp_path
    for table, _ in (SESSIONS, LOG):
        partitions("ensure", table, date=date(2010, 5, 1))
    found = make_member(f"Ada {MARKER}"), make_member("Bo Other")
    for number, (member, text) in enumerate(zip(found, (MARKER, "others"), strict=True)):
        execute(
            "INSERT INTO cs_assessment_sessions (id, user_id, self_description) VALUES"
            " (uuid_floor('2010-05-01Z'::timestamptz + %s * interval '1 s'), %s, %s)",
            number, member.pk, text,
        )  # fmt: skip
        execute(
            "INSERT INTO audit_logs (id, action, actor_name, entity_type, entity_id, details)"
            " VALUES (uuid_floor('2010-05-01Z'::timestamptz + %s * interval '1 s'),"
            " 'hide_profile', 'mo', 'publicprofile', %s, jsonb_build_object('label', %s::text))",
            number, member.pk, text,
        )  # fmt: skip
    yield found
    for _, partition in (SESSIONS, LOG):
        execute(f"DROP TABLE IF EXISTS public.{partition}, steward_archive.{partition}")


def archive(*, drop: bool) -> None:
    for names in (SESSIONS, LOG):
        partitions("archive", *names, force=True)
        if drop:
            partitions("drop", *names, force=True)


def restore() -> str:
    return partitions("restore", *SESSIONS) + partitions("restore", *LOG)


def assert_only_the_other_is_there(other: Member) -> None:
    execute("SELECT public.refresh_assessment_leaderboard()")
    assert places_of(MARKER) == []
    assert AssessmentSession.objects.get().user_id == other.pk
    labels = AuditEntry.objects.filter(action="hide_profile").order_by("id")
    assert list(labels.values_list("details", flat=True)) == [{}, {"label": "others"}]


@pytest.mark.parametrize("drop", [False, True], ids=["held", "from the file"])
def test_archived_then_erased_then_restored(members: tuple[Member, Member], drop: bool) -> None:
    ada, bo = members
    archive(drop=drop)
    assert erase(ada)["cs_assessment_sessions"] == 0

    told = restore()

    assert told.count("1 of them, of erased members") == 2
    assert_only_the_other_is_there(bo)


def test_erased_then_an_older_archive_is_loaded(members: tuple[Member, Member]) -> None:
    """Out and back, then erased, out and back again: the first files still hold the rows."""
    ada, bo = members
    archive(drop=True)
    restore()
    erase(ada)
    assert_only_the_other_is_there(bo)

    archive(drop=True)
    assert "erased" not in partitions("restore", *SESSIONS)
    partitions("restore", *LOG)

    assert_only_the_other_is_there(bo)


def test_restored_rows_are_append_only_and_guarded(members: tuple[Member, Member]) -> None:
    archive(drop=False)
    erase(members[0])
    restore()
    with pytest.raises(Exception, match="Cannot update or delete rows"):
        execute("UPDATE audit_logs SET details = '{}'")
    with pytest.raises(Exception, match="This member is erased"):
        execute("INSERT INTO cs_assessment_sessions (user_id) VALUES (%s)", members[0].pk)


def test_rows_that_only_mention_an_erased_id_stay(members: tuple[Member, Member]) -> None:
    audit.record(
        action="note", entity_type="exam", entity_id=1, details={"about": str(members[0].pk)}
    )
    erase(members[0])
    entry = AuditEntry.objects.get(action="note")
    assert entry.details == {"about": str(members[0].pk)}
    assert entry.created_at.date() == timezone.now().date()


def test_erasure_waits_while_a_partition_comes_back(members: tuple[Member, Member]) -> None:
    """Between the restore's own erasing and its commit, no erasure may slip through."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            execute("SELECT public.erase_again('cs_assessment_sessions', %s::regclass)",
                    "cs_assessment_sessions_2010")  # fmt: skip
            answer = pool.submit(in_thread, "SELECT public.erase_member(%s)", members[0].pk)
            wait_for(somebody_waits)
        assert answer.result() == ""
    assert_only_the_other_is_there(members[1])
