"""The export of a person's data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from psycopg import sql

from assessments.models import Member
from assessments.models.choices import Action, State
from ops.models import AuditEntry
from ops.registry import PersonalData, declared
from tests.assessments.people import (
    make_member,
    make_profile,
    make_session,
    publish,
    step,
)
from tests.screens import visit_as

# Of every text that tells of the person.
MARK = "Zzmark"
TRANSCRIPT = [{"role": "coach", "text": f"{MARK} transcript"}]


FINDINGS: dict[str, Any] = {
    "interview_transcript": TRANSCRIPT,
    "archetype": f"{MARK} archetype",
    "recommendation": f"{MARK} recommendation",
    "personality_type": f"{MARK} type",
    "badges": [f"{MARK}_badge"],
    "best_fit_roles": [f"{MARK} role"],
    "public_summary": f"{MARK} summary",
    "self_description": f"{MARK} description",
    "current_section": f"{MARK} section",
    "profile_slug": "zzmark-slug-of-session",
    "flags": {"note": f"{MARK} flag"},
}


@pytest.fixture
def known(db: None) -> Member:
    """Somebody with a mark in every text about them."""
    member = make_member(f"{MARK} name", email=f"{MARK}@example.org")
    session = make_session(member, **FINDINGS)
    profile = publish(
        make_profile(
            member,
            session=session,
            profile_slug="zzmark-old",
            name=f"{MARK} shown",
            email=f"{MARK}.shown@example.org",
            self_description=f"{MARK} own words",
            public_summary=f"{MARK} own summary",
        )
    )
    moderator = User.objects.create_user("mo-the-moderator")
    step(
        profile,
        Action.HIDE,
        State.HIDDEN,
        actor=moderator,
        message=f"{MARK} decision",
        private_note="Private to staff",
        changes={"name": [f"{MARK} before", f"{MARK} after"]},
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.refresh_assessment_leaderboard()")
    return member


def export(client: Client, member: Member) -> tuple[str, Any]:
    """The file, and the answer that brought it."""
    answer = client.post(f"/admin/assessments/member/{member.pk}/export/")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode(), answer


def texts_about(member: Member) -> set[str]:
    """Every text with the mark in the rows that an erasure would find."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table in declared(PersonalData).values():
            if table.name in ("audit_logs", "django_admin_log", "ops_run"):
                continue
            query = sql.SQL("SELECT to_jsonb(t) FROM {} AS t WHERE {}::text = %s").format(
                sql.Identifier(table.name), sql.Identifier(table.member_column)
            )
            cursor.execute(query, [str(member.pk)])
            for (row,) in cursor.fetchall():
                found |= set(texts_in(json.loads(row) if isinstance(row, str) else row))
    return {text for text in found if MARK.lower() in text.lower()}


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_in(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_in(each)]
    return [value] if isinstance(value, str) else []


def test_export_holds_all_that_an_erasure_would_find(known: Member) -> None:
    make_session(make_member("Somebody Else"), recommendation="Nothing of others")

    text, _ = export(visit_as("ops"), known)

    document = json.loads(text)
    marks = texts_about(known)
    assert len(marks) > 15
    assert marks - set(texts_in(document)) == set()
    for kept in ("Private to staff", "mo-the-moderator", "Nothing of others", "Somebody Else"):
        assert kept not in text
    assert document["member"]["id"] == str(known.pk)
    sections = document["sections"]
    assert sections["sessions"]["assessment_sessions"][0]["interview_transcript"] == TRANSCRIPT
    assert [row["action"] for row in sections["profile"]["decisions"]] == [
        "submit",
        "publish",
        "hide",
    ]


def test_export_is_logged_without_the_name(known: Member) -> None:
    _, answer = export(visit_as("ops"), known)

    assert f"member-{known.pk}-" in answer.headers["Content-Disposition"]
    assert MARK not in answer.headers["Content-Disposition"]
    entry = AuditEntry.objects.get(action="export_member")
    assert entry.entity_id == str(known.pk)
    assert entry.actor_name == "one-of-ops"
    assert entry.details["rows"]["sessions.assessment_sessions"] == 1
    assert MARK.lower() not in json.dumps(entry.details).lower()


def test_export_holds_json_that_is_too_deep_as_text(member: Member) -> None:
    make_session(member)
    deep = "[" * 3_000 + "]" * 3_000
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cs_assessment_sessions SET flags = %s", [deep])

    text, _ = export(visit_as("ops"), member)
    document = json.loads(text)

    (row,) = document["sections"]["sessions"]["assessment_sessions"]
    assert row["flags"] == deep


def test_export_is_whole_or_nothing(known: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("assessments.queries.profile.whole_rows", fail)
    with pytest.raises(RuntimeError):
        export(visit_as("ops"), known)

    assert not AuditEntry.objects.filter(action="export_member").exists()


@pytest.mark.parametrize("role", ["moderators", "analysts", "content"])
def test_only_ops_export(known: Member, role: str) -> None:
    client = visit_as(role)
    address = f"/admin/assessments/member/{known.pk}/export/"

    assert client.post(address).status_code == 403
    assert "Export as JSON" not in client.get(address.replace("export", "change")).content.decode()


def test_export_of_nobody_is_not_found(db: None) -> None:
    client = visit_as("ops")
    address = "/admin/assessments/member/0197eee5-f8e6-7eba-9838-de7d669b6a35/export/"

    assert client.post(address).status_code == 404
    assert client.get(address).status_code == 403
