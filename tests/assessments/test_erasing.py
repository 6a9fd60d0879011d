"""A person is erased: nothing of them is found in any table, and nothing else may be blanked."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from assessments.models import (
    AssessmentSession,
    LeaderboardRow,
    Member,
    ProfileEvent,
    ProfileSlug,
    PublicProfile,
)
from assessments.models.choices import Action, State
from ops import audit
from ops.models import AuditEntry, ErasedMember
from ops.registry import PersonalData, declared
from tests.assessments.people import make_member, make_profile, make_reason, make_session, step

MARKER = "zzyzx"
EMAIL = f"Ada.{MARKER}@Example.org"


def execute(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def erase(member: Member, by: str = "olga") -> dict[str, int]:
    with transaction.atomic():
        execute("SELECT public.erase_member(%s, %s)", member.pk, by)
    return ErasedMember.objects.get(pk=member.pk).counts


def refused(match: str, statement: str, *values: Any) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        execute(statement, *values)


TEXTS = {
    "self_description": f"I am {MARKER}",
    "public_summary": f"She is {MARKER}",
    "video_url": f"https://www.youtube.com/{MARKER}",
}
FINDINGS: dict[str, Any] = {
    "interview_transcript": [{"q": "Who?", "a": f"I, {MARKER}"}],
    "recommendation": f"Take {MARKER}",
    "flags": {"note": MARKER},
    "archetype": MARKER,
    "personality_type": MARKER,
    "badges": [MARKER],
    "best_fit_roles": [MARKER],
}


@pytest.fixture
def everywhere(db: None) -> Member:
    """A member whose every text has the marker, in every table that has texts of members."""
    staff = User.objects.create_user("mo")
    member = make_member(f"Ada {MARKER}", email=EMAIL, last_seen_at=timezone.now())
    session = make_session(member, **TEXTS, **FINDINGS)
    profile = make_profile(
        member, **TEXTS, session=session, profile_slug=f"{MARKER}-one", email=f"x{EMAIL}"
    )
    PublicProfile.objects.filter(pk=member.pk).update(profile_slug=f"{MARKER}-two")
    step(profile, Action.SUBMIT, State.PENDING, message=f"From {MARKER}")
    step(profile, Action.PUBLISH, State.PUBLISHED, actor=staff, private_note=f"Of {MARKER}")
    PublicProfile.objects.filter(pk=member.pk).update(name=f"Ada B {MARKER}")
    make_reason()
    step(profile, Action.HIDE, State.HIDDEN, actor=staff, changes={"name": [MARKER, MARKER]})
    audit.record(action="hide_profile", entity=profile, details={"label": MARKER}, actor=staff)
    audit.record(
        action="note", entity_type="exam", entity_id=1, details={"reason": f"As {EMAIL.lower()}."}
    )
    LogEntry.objects.create(
        user=staff,
        content_type=ContentType.objects.get_for_model(Member),
        object_id=str(member.pk),
        object_repr=MARKER,
        action_flag=CHANGE,
        change_message=MARKER,
    )
    for score in (90, 95):
        make_session(member, overall_score=score, archetype=MARKER)
        execute("SELECT public.refresh_assessment_leaderboard()")
    return member


SEARCHED = """
    SELECT c.oid::regclass::text, string_agg(format('%I::text', a.attname), ', ')
    FROM pg_class AS c
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'm') AND c.relnamespace = ANY (
            ARRAY['public', 'steward_archive']::regnamespace[]
        )
        AND format_type(a.atttypid, NULL) ~ '^(text|char|json)'
    GROUP BY 1
"""


def places_of(text: str) -> list[str]:
    """Every table, partition and materialized view with a row in which the text stands."""
    return sorted(
        table
        for table, columns in execute(SEARCHED)
        if execute(f"SELECT 1 FROM {table} WHERE concat_ws(' ', {columns}) ILIKE %s LIMIT 1",
                   f"%{text}%")
    )  # fmt: skip


def test_marker_is_everywhere_first(everywhere: Member) -> None:
    year = timezone.now().year
    assert {
        f"audit_logs_{timezone.now():%Y_%m}",
        f"cs_assessment_sessions_{year}",
        "django_admin_log",
        "leaderboard_attempts",
        "members",
        "profile_events",
        "profile_slug_history",
        "public_profiles",
    } == set(places_of(MARKER))


def test_nothing_is_found_afterwards(everywhere: Member) -> None:
    erase(everywhere)

    assert places_of(MARKER) == []
    assert not AssessmentSession.objects.exists()
    assert not PublicProfile.objects.exists()
    assert not ProfileSlug.objects.exists()
    assert not LeaderboardRow.objects.exists()


def test_what_stays_has_no_name(everywhere: Member) -> None:
    before = ProfileEvent.objects.count()
    counts = erase(everywhere)

    everywhere.refresh_from_db()
    assert (everywhere.display_name, everywhere.email) == ("Erased member", None)
    assert (everywhere.is_active, everywhere.last_seen_at) == (False, None)
    assert ProfileEvent.objects.count() == before == counts["profile_events"]
    event = ProfileEvent.objects.get(action=Action.HIDE)
    assert (event.message, event.private_note, event.changes) == ("(erased)", "", {})
    assert event.actor_name == "mo"
    assert set(AuditEntry.objects.values_list("action", "details__label")) == {
        ("change", None),
        ("hide_profile", None),
        ("note", None),
    }
    assert {table: rows for table, rows in counts.items() if rows} == {
        "audit_logs": 3,
        "django_admin_log": 1,
        "profile_slug_history": 2,
        "public_profiles": 1,
        "cs_assessment_sessions": 3,
        "leaderboard_attempts": 1,
        "leaderboard_movers": 1,
        "profile_events": 3,
        "members": 1,
    }


def test_every_table_of_members_is_declared(db: None) -> None:
    """What points to a member, or has a member's id by its name, says what an erasure does."""
    found = execute(
        """
        SELECT DISTINCT c.relname, a.attname
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_constraint AS f ON f.conrelid = c.oid AND f.contype = 'f'
            AND f.confrelid = 'public.members'::regclass AND a.attnum = ANY (f.conkey)
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm')
            AND NOT c.relispartition AND a.atttypid = 'uuid'::regtype
            AND (f.oid IS NOT NULL OR a.attname IN ('user_id', 'member_id'))
        """
    )
    assert found
    known = {(each.name, each.member_column) for each in declared(PersonalData).values()}
    assert set(found) - known == set()


@pytest.mark.parametrize("table", [*declared(PersonalData).values()], ids=lambda table: table.name)
def test_declarations_fit_the_database(table: PersonalData, db: None) -> None:
    """Their columns are there; who is not deleted says why; columns are set where one blanks."""
    wanted = {table.member_column, *table.columns, *filter(None, [table.searched])}
    columns = execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s)", f"public.{table.name}"
    )
    assert wanted <= {name for (name,) in columns}
    assert bool(table.reason) == (table.action != "delete")
    assert bool(table.columns) == (table.action == "blank")


def test_boards_close_up(db: None) -> None:
    best, second = make_member("Ada"), make_member("Bo")
    make_session(best, overall_score=90)
    make_session(second, overall_score=80)
    execute("SELECT public.refresh_assessment_leaderboard()")

    erase(best)
    assert LeaderboardRow.objects.get().user_id == second.pk
    execute("SELECT public.refresh_assessment_leaderboard()")

    assert LeaderboardRow.objects.get().overall_rank == 1
    assert execute("SELECT overall_rank FROM leaderboard_previous") == [(2,)]
    assert execute("SELECT user_id FROM leaderboard_previous") == [(second.pk,)]
    assert execute("SELECT members FROM leaderboard_totals WHERE dimension = 'overall'") == [(1,)]
