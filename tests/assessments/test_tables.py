"""Rules of members, sessions and profiles, in plain SQL."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from assessments.models import AssessmentSession, Member, ProfileSlug, PublicProfile
from tests.assessments.people import make_member, make_profile, make_session, publish

SESSIONS = "cs_assessment_sessions"
PROFILES = "public_profiles"


def attempt(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(statement: str, *values: Any, match: str) -> None:
    with pytest.raises(DatabaseError, match=match):
        attempt(statement, *values)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("overall_score", 480, "session_score_is_percent"),
        ("overall_score", -1, "session_score_is_percent"),
        ("lightning_round_score", 101, "session_lightning_score_is_percent"),
        ("status", "done", "session_status_is_known|Invalid transition"),
        ("completed_at", None, "completed_session_says_when"),
        ("completed_at", "2020-01-01", "session_finishes_after_start"),
        ("tier", "best", "session_tier_is_known"),
        ("archetype_confidence", "sure", "session_confidence_is_known"),
        ("career_level", "chief", "session_career_level_is_known"),
        ("lightning_round_difficulty", "beginner", "session_lightning_difficulty_is_known"),
        ("years_experience", -3, "session_years_are_a_life"),
        ("absurdist_questions_answered", -1, "session_absurdist_count"),
        ("video_url", "http://example.org/v", "session_video_is_secure"),
        ("video_url", "javascript:alert(1)", "session_video_is_secure"),
        ("dimensions", "[1]", "session_dimensions_are_sound"),
        ("dimensions", '{"luck": 5}', "session_dimensions_are_sound"),
        ("dimensions", '{"iq": 101}', "session_dimensions_are_sound"),
        ("dimensions", '{"iq": "high"}', "session_dimensions_are_sound"),
        ("category_scores", '"85"', "session_category_scores_are_sound"),
        ("category_scores", '{"technical": "abc"}', "session_category_scores_are_sound"),
        ("category_scores", '{"technical": {"all": 3}}', "session_category_scores_are_sound"),
        ("category_scores", '{"technical": {"overall": 1e400}}', "category_scores_are_sound"),
        ("category_scores", '{"other": 3}', "session_category_scores_are_sound"),
    ],
)
def test_session_refuses(session: AssessmentSession, column: str, value: Any, rule: str) -> None:
    refused(f"UPDATE {SESSIONS} SET {column} = %s WHERE id = %s", value, session.pk, match=rule)


@pytest.mark.parametrize(
    ("scores", "technical"),
    [
        ({"technical": 85}, 85),
        ({"technical": 84.5}, 85),
        ({"technical": {"overall": 85, "depth": "deep"}}, 85),
        ({"technical": {"overall": 0}}, 0),
        ({"technical": None}, None),
        ({}, None),
        (None, None),
    ],
)
def test_both_shapes_of_category_scores_are_read(
    member: Member, scores: Any, technical: int | None
) -> None:
    session = make_session(member, category_scores=scores)
    session.refresh_from_db()
    assert session.technical_score == technical


def test_session_stays_completed_and_with_its_member(
    session: AssessmentSession, other: Member
) -> None:
    refused(
        f"UPDATE {SESSIONS} SET status = 'in_progress', completed_at = NULL WHERE id = %s",
        session.pk,
        match="Invalid transition",
    )
    refused(
        f"UPDATE {SESSIONS} SET user_id = %s WHERE id = %s",
        other.pk,
        session.pk,
        match="read only|Cannot update",
    )


def test_sessions_live_in_partitions_of_years(session: AssessmentSession) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT tableoid::regclass::text = '{SESSIONS}_' || extract(year FROM created_at)"
            f" FROM {SESSIONS}"
        )
        assert cursor.fetchall() == [(True,)]


def test_email_is_unique_whatever_its_case(member: Member) -> None:
    refused(
        "INSERT INTO members (id, display_name, email) VALUES (gen_random_uuid(), 'B', upper(%s))",
        member.email,
        match="member_email_is_unique",
    )


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("profile_slug", "John Smith", "profile_slug_is_plain"),
        ("profile_slug", "-x", "profile_slug_is_plain"),
        ("profile_slug", "x" * 81, "profile_slug_is_short"),
        ("name", "  ", "profile_has_name"),
        ("name", "\u200b\u2060\ufeff", "profile_has_name"),
        ("career_level", "chief", "profile_career_level_is_known"),
        ("years_experience", 99, "profile_years_are_a_life"),
        ("video_url", "http://vimeo.com/1", "A video is an https address"),
        ("state", "pending", "only_a_draft_is_not_opted_in|pending_profile"),
        ("state", "published", "Invalid transition"),
        ("state", "odd", "Invalid transition|profile_state_is_known"),
        ("pending_revision", '{"name": "X"}', "revision_waits_beside_what_was_approved"),
    ],
)
def test_profile_refuses(profile: PublicProfile, column: str, value: Any, rule: str) -> None:
    refused(
        f"UPDATE {PROFILES} SET {column} = %s WHERE user_id = %s", value, profile.pk, match=rule
    )


UNSEEN = ["", " \t\n", "\u200b\u200d", "\u00ad", "\u3164", "\u2800", "\U000e0020\ufe0f", "\u202e"]
SEEN = ["A", "\u200bA", "王", "é", "e\u0301", "👩\u200d🚀", "سارا", "?", "ไ"]


@pytest.mark.parametrize("name", UNSEEN)
def test_name_that_nobody_sees_is_refused(profile: PublicProfile, name: str) -> None:
    refused("UPDATE members SET display_name = %s", name, match="member_has_name")
    refused(f"UPDATE {PROFILES} SET name = %s", name, match="profile_has_name")
    publish(profile)
    refused(f"UPDATE {PROFILES} SET name = %s", name, match="revision_has_name")


@pytest.mark.parametrize("name", SEEN)
def test_name_with_a_visible_character_passes(profile: PublicProfile, name: str) -> None:
    PublicProfile.objects.update(name=name)
    Member.objects.update(display_name=name)


def test_profile_begins_as_a_draft(member: Member) -> None:
    refused(
        f"INSERT INTO {PROFILES} (user_id, profile_slug, name, career_level, years_experience,"
        " state, opted_in, published_at) VALUES (%s, 'a', 'A', 'mid', 1, 'published', true, now())",
        member.pk,
        match="begins as a draft",
    )


def test_profile_copies_its_session_and_scores_only_where_shown(
    member: Member, session: AssessmentSession
) -> None:
    profile = make_profile(member, session=session, overall_score=99, badges=["self_made"])
    profile.refresh_from_db()
    assert (profile.badges, profile.archetype) == (["ai_prodigy"], "explorer")
    assert (profile.overall_score, profile.category_scores) == (None, None)

    PublicProfile.objects.update(show_scores=True)
    profile.refresh_from_db()
    assert profile.overall_score == 80

    PublicProfile.objects.update(show_scores=False)
    profile.refresh_from_db()
    assert profile.overall_score is None


def test_profile_takes_only_a_completed_session_of_its_member(
    profile: PublicProfile, other: Member
) -> None:
    theirs = make_session(other)
    going_on = make_session(profile.user, status="in_progress", completed_at=None)
    for session in (theirs, going_on):
        refused(
            f"UPDATE {PROFILES} SET session_id = %s WHERE user_id = %s",
            session.pk,
            profile.pk,
            match="no completed one of this member",
        )


def test_edit_of_a_published_profile_waits(profile: PublicProfile) -> None:
    publish(profile)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {PROFILES} SET name = 'Ada B', years_experience = 8")
        cursor.execute(f"UPDATE {PROFILES} SET video_url = 'https://vimeo.com/1'")
    before, profile = profile, PublicProfile.objects.get(pk=profile.pk)

    assert (profile.name, profile.video_url, profile.years_experience) == (before.name, None, 8)
    assert profile.pending_revision == {"name": "Ada B", "video_url": "https://vimeo.com/1"}
    assert profile.version == before.version + 2
    assert profile.is_public


def test_decision_on_a_revision_writes_it(profile: PublicProfile) -> None:
    publish(profile)
    PublicProfile.objects.update(name="Ada B")
    PublicProfile.objects.update(name="Ada B", pending_revision=None, revised_at=None)

    assert PublicProfile.objects.get().name == "Ada B"


def test_claim_is_no_version(profile: PublicProfile, editor: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {PROFILES} SET claimed_by_id = %s, claimed_until = now()", [editor.pk]
        )
    assert PublicProfile.objects.get().version == profile.version == 1


def test_switched_off_member_leaves_the_public_at_once(profile: PublicProfile) -> None:
    publish(profile)
    Member.objects.update(is_active=False)
    assert not PublicProfile.objects.public().exists()
    Member.objects.update(is_active=True)
    assert PublicProfile.objects.public().exists()


def test_session_shows_slug_and_state_of_its_profile(
    member: Member, session: AssessmentSession
) -> None:
    profile = publish(make_profile(member, session=session))
    session.refresh_from_db()
    assert (session.profile_slug, session.is_published) == (profile.profile_slug, True)

    Member.objects.update(is_active=False)
    session.refresh_from_db()
    assert not session.is_published


def test_old_slug_stays_its_owners(profile: PublicProfile) -> None:
    old = profile.profile_slug
    PublicProfile.objects.update(profile_slug="ada")
    assert set(ProfileSlug.objects.values_list("slug", flat=True)) == {old, "ada"}

    stranger = make_member("Eve")
    refused(
        f"INSERT INTO {PROFILES} (user_id, profile_slug, name, career_level, years_experience)"
        " VALUES (%s, %s, 'E', 'mid', 1)",
        stranger.pk,
        old,
        match="belongs to another profile",
    )
    PublicProfile.objects.update(profile_slug=old)
    assert ProfileSlug.objects.count() == 2


def test_json_of_a_session_is_kept(session: AssessmentSession) -> None:
    AssessmentSession.objects.update(dimensions={"iq": 99, "eq": None})
    session.refresh_from_db()
    assert json.dumps(session.dimensions, sort_keys=True) == '{"eq": null, "iq": 99}'
