"""What the client roles see and write, in plain SQL as these roles."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection

from assessments.models import AssessmentSession, Badge, Member, ProfileEvent, PublicProfile
from assessments.models.choices import Action, State
from quizbank.models import LightningQuestion
from tests.assessments.people import make_member, make_profile, make_session, publish, step
from tests.assessments.roles import ANON, MEMBER, ask

DENIED = "permission denied"
POLICY = "violates row-level security policy"
READABLE = (
    "user_id, profile_slug, name, career_level, years_experience, self_description,"
    " personality_type, archetype, badges, best_fit_roles, public_summary, video_url, show_scores,"
    " overall_score, category_scores, published_at, updated_at"
)


def denied(role: str, member: Any, query: str, *values: Any, match: str = DENIED) -> None:
    with pytest.raises(DatabaseError, match=match):
        ask(role, member, query, *values)


@pytest.fixture
def public(other: Member) -> PublicProfile:
    return publish(make_profile(other))


# --- The public -----------------------------------------------------------------------------------
def test_anybody_reads_public_profiles_and_no_others(
    profile: PublicProfile, public: PublicProfile
) -> None:
    rows = ask(ANON, None, f"SELECT {READABLE} FROM public_profiles")
    assert [row[1] for row in rows] == [public.profile_slug]


@pytest.mark.parametrize("change", ["hidden", "withdrawn", "inactive"])
def test_what_is_no_longer_public_is_gone(public: PublicProfile, change: str) -> None:
    if change == "inactive":
        Member.objects.update(is_active=False)
    elif change == "hidden":
        step(public, Action.HIDE, State.HIDDEN)
    else:
        step(public, Action.WITHDRAW, State.DRAFT)

    assert ask(ANON, None, "SELECT user_id FROM public_profiles") == []
    assert ask(ANON, None, "SELECT slug FROM profile_slug_history") == []


@pytest.mark.parametrize(
    "column",
    [
        "*",
        "email",
        "state",
        "version",
        "claimed_by_id",
        "decided_by_id",
        "pending_revision",
        "opted_in",
        "is_public",
    ],
)
@pytest.mark.parametrize("role", [ANON, MEMBER])
def test_neither_email_nor_moderation_is_read(
    public: PublicProfile, role: str, column: str
) -> None:
    denied(role, public.user_id, f"SELECT {column} FROM public_profiles")


def test_old_slugs_lead_to_public_profiles(public: PublicProfile, profile: PublicProfile) -> None:
    rows = ask(ANON, None, "SELECT slug, user_id FROM profile_slug_history")
    assert rows == [(public.profile_slug, public.user_id)]


@pytest.mark.parametrize(
    "table",
    [
        "members",
        "cs_assessment_sessions",
        "profile_events",
        "moderation_reasons",
        "lightning_round_questions",
        "questions",
        "auth_user",
        "ops_run",
    ],
)
def test_the_public_reads_nothing_else(db: None, table: str) -> None:
    denied(ANON, None, f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE public_profiles SET name = 'x'",
        "DELETE FROM public_profiles",
        "INSERT INTO badges (code, label) VALUES ('x', 'X')",
        "TRUNCATE public_profiles",
    ],
)
def test_the_public_writes_nothing(public: PublicProfile, statement: str) -> None:
    denied(ANON, None, statement)


def test_badges_are_for_everybody(db: None) -> None:
    Badge.objects.create(code="for_all", label="For all")
    assert ("For all",) in ask(ANON, None, "SELECT label FROM badges")


# --- A member -------------------------------------------------------------------------------------
def test_member_reads_their_own_rows_only(
    member: Member, session: AssessmentSession, profile: PublicProfile, other: Member
) -> None:
    make_session(other)
    assert ask(MEMBER, member.pk, "SELECT id FROM members") == [(member.pk,)]
    assert ask(MEMBER, member.pk, "SELECT id FROM cs_assessment_sessions") == [(session.pk,)]
    assert ask(MEMBER, member.pk, "SELECT user_id FROM public_profiles") == [(member.pk,)]
    [(state, email)] = ask(MEMBER, member.pk, "SELECT state, email FROM get_own_profile()")
    assert (state, email) == ("draft", member.email)


@pytest.mark.parametrize("table", ["members", "cs_assessment_sessions", "profile_events"])
def test_unset_or_unknown_id_reads_nothing(
    session: AssessmentSession, profile: PublicProfile, table: str
) -> None:
    for nobody in (None, uuid4()):
        assert ask(MEMBER, nobody, f"SELECT id FROM {table}") == []
        assert ask(MEMBER, nobody, "SELECT user_id FROM public_profiles") == []
        assert ask(MEMBER, nobody, "SELECT * FROM get_own_profile()") == []


@pytest.mark.parametrize("garbage", ["x", "' OR true --", "00000000", "null"])
def test_garbage_id_is_an_error(session: AssessmentSession, garbage: str) -> None:
    denied(MEMBER, garbage, "SELECT id FROM cs_assessment_sessions", match="invalid input syntax")


def test_member_takes_an_assessment_up_to_its_completion(member: Member) -> None:
    ask(MEMBER, member.pk, "INSERT INTO cs_assessment_sessions (user_id) VALUES (%s)", member.pk)
    done = ask(
        MEMBER,
        member.pk,
        "UPDATE cs_assessment_sessions SET current_question_index = 3, status = 'abandoned'",
    )
    assert done == [(1,)]
    denied(
        MEMBER,
        member.pk,
        "UPDATE cs_assessment_sessions SET status = 'in_progress', completed_at = now()",
    )
    ask(MEMBER, member.pk, "UPDATE cs_assessment_sessions SET status = 'in_progress'")
    denied(
        MEMBER, member.pk, "UPDATE cs_assessment_sessions SET status = 'completed'", match=POLICY
    )


@pytest.mark.parametrize(
    "column",
    [
        "overall_score",
        "category_scores",
        "lightning_round_score",
        "dimensions",
        "tier",
        "archetype",
        "archetype_confidence",
        "badges",
        "flags",
        "analyzed_at",
        "is_published",
        "completed_at",
        "user_id",
        "id",
        "profile_slug",
    ],
)
def test_member_writes_no_result(member: Member, column: str) -> None:
    make_session(member, status="in_progress", completed_at=None)
    denied(MEMBER, member.pk, f"UPDATE cs_assessment_sessions SET {column} = {column}")
    if column != "user_id":
        insert = f"INSERT INTO cs_assessment_sessions (user_id, {column}) VALUES (%s, DEFAULT)"
        denied(MEMBER, member.pk, insert, member.pk)


def test_completed_session_is_closed_to_its_member(
    member: Member, session: AssessmentSession
) -> None:
    update = "UPDATE cs_assessment_sessions SET self_description = 'x'"
    assert ask(MEMBER, member.pk, update) == [(0,)]


def test_member_does_not_reach_the_rows_of_another(
    member: Member, other: Member, public: PublicProfile
) -> None:
    make_session(other, status="in_progress", completed_at=None)
    update = "UPDATE cs_assessment_sessions SET self_description = 'x' WHERE user_id = %s"
    assert ask(MEMBER, member.pk, update, other.pk) == [(0,)]
    update = "UPDATE public_profiles SET name = 'x' WHERE user_id = %s"
    assert ask(MEMBER, member.pk, update, other.pk) == [(0,)]
    insert = "INSERT INTO cs_assessment_sessions (user_id) VALUES (%s)"
    denied(MEMBER, member.pk, insert, other.pk, match=POLICY)
    denied(MEMBER, None, insert, other.pk, match=POLICY)


def test_member_makes_and_edits_their_profile(member: Member, other: Member) -> None:
    insert = (
        "INSERT INTO public_profiles (user_id, profile_slug, name, career_level, years_experience)"
        " VALUES (%s, 'ada', 'Ada', 'mid', 5)"
    )
    denied(MEMBER, other.pk, insert, member.pk, match=POLICY)
    ask(MEMBER, member.pk, insert, member.pk)
    assert ask(MEMBER, member.pk, "UPDATE public_profiles SET name = 'Ada B'") == [(1,)]
    assert PublicProfile.objects.get().name == "Ada B"


@pytest.mark.parametrize(
    "column",
    ["user_id", "state", "opted_in", "version", "badges", "archetype", "overall_score",
     "pending_revision", "published_at", "claimed_by_id", "member_is_active"],
)  # fmt: skip
def test_member_moves_no_state_and_awards_no_badge(profile: PublicProfile, column: str) -> None:
    denied(MEMBER, profile.pk, f"UPDATE public_profiles SET {column} = DEFAULT")


def test_member_cannot_move_their_row_to_another(
    member: Member, profile: PublicProfile, other: Member
) -> None:
    move = "UPDATE public_profiles SET user_id = %s"
    denied(MEMBER, member.pk, move, other.pk)
    merge = (
        "INSERT INTO public_profiles (user_id, profile_slug, name, career_level, years_experience)"
        " VALUES (%s, 'x', 'X', 'mid', 1) ON CONFLICT (user_id) DO UPDATE SET name = 'taken'"
    )
    make_profile(other)
    denied(MEMBER, member.pk, merge, other.pk, match=POLICY)


def test_member_cannot_switch_the_waiting_of_edits_off(public: PublicProfile) -> None:
    attack = (
        "WITH off AS (SELECT set_config('pgtrigger.ignore', '{derive_profile}', true))"
        " UPDATE public_profiles SET name = 'Insult' FROM off"
    )
    ask(MEMBER, public.pk, attack)
    assert PublicProfile.objects.get(pk=public.pk).name == public.name


def test_session_of_another_lends_no_badges(profile: PublicProfile, other: Member) -> None:
    theirs = make_session(other)
    denied(
        MEMBER,
        profile.pk,
        "UPDATE public_profiles SET session_id = %s",
        theirs.pk,
        match="no completed one of this member",
    )


def test_member_reads_decisions_on_them_but_not_the_notes(
    public: PublicProfile, member: Member
) -> None:
    columns = "action, from_state, to_state, reason_code, message"
    rows = ask(MEMBER, public.pk, f"SELECT {columns} FROM profile_events ORDER BY id")
    assert [row[0] for row in rows] == ["submit", "publish"]
    assert ask(MEMBER, member.pk, f"SELECT {columns} FROM profile_events") == []
    for column in ("private_note", "actor_id", "actor_name", "*"):
        denied(MEMBER, public.pk, f"SELECT {column} FROM profile_events")
    denied(MEMBER, public.pk, "INSERT INTO profile_events (action) VALUES ('publish')")


def test_lightning_questions_come_without_their_answers(member: Member) -> None:
    for number, active in ((1, True), (2, False)):
        LightningQuestion.objects.create(
            id=f"lr-{number}",
            question="2 + 2?",
            correct_answer="4",
            question_type="math",
            difficulty="easy",
            is_active=active,
        )
    query = "SELECT id, question, question_type, difficulty FROM lightning_round_questions"
    assert ask(MEMBER, member.pk, query) == [("lr-1", "2 + 2?", "math", "easy")]
    for column in ("correct_answer", "accepted_answers", "explanation", "*"):
        denied(MEMBER, member.pk, f"SELECT {column} FROM lightning_round_questions")
    probe = "SELECT id FROM lightning_round_questions WHERE correct_answer = '4'"
    denied(MEMBER, member.pk, probe)
    denied(MEMBER, member.pk, "SELECT q::text FROM lightning_round_questions AS q")
    denied(MEMBER, member.pk, "SELECT to_jsonb(q) FROM lightning_round_questions AS q")


# --- Around the policies --------------------------------------------------------------------------
def test_partitions_are_closed(session: AssessmentSession) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'cs_assessment_sessions'::regclass"
        )
        partitions = [name for (name,) in cursor.fetchall()]
    assert len(partitions) >= 4
    for partition in partitions:
        denied(MEMBER, session.user_id, f"SELECT count(*) FROM {partition}")


def test_leaky_function_sees_no_hidden_row(session: AssessmentSession, other: Member) -> None:
    """A condition that raises would tell of rows; the policy is asked first."""
    probe = "SELECT id FROM cs_assessment_sessions WHERE 1 / (overall_score - 80) = 0"
    assert ask(MEMBER, other.pk, probe) == []


def test_members_make_no_objects(member: Member) -> None:
    denied(MEMBER, member.pk, "CREATE TABLE public.mine (id int)")
    denied(MEMBER, member.pk, "SELECT create_partition('members', 'year', current_date)")


def test_staff_work_as_the_owner_who_is_no_superuser(
    session: AssessmentSession, profile: PublicProfile
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("steward_owner", False, False)
    assert AssessmentSession.objects.update(tier="benched") == 1
    assert PublicProfile.objects.update(name="By staff") == 1
    assert ProfileEvent.objects.count() == 0
    assert make_member("Cy").pk
