"""The page that erases a member: counts first, the e-mail to type, and the run."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from assessments.models import Member, PublicProfile
from ops.models import AuditEntry, PartitionArchive, Run
from ops.runner import perform
from ops.runs import enqueue
from tests.assessments.people import make_member, make_profile, make_session, publish
from tests.assessments.test_erasing import erase, places_of
from tests.screens import visit_as

MARKER = "zzyzx"
EMAIL = f"Ada.{MARKER}@example.org"


@pytest.fixture
def ops(db: None) -> Client:
    return visit_as("ops")


@pytest.fixture
def ada(db: None) -> Member:
    member = make_member(f"Ada {MARKER}", email=EMAIL)
    make_session(member)
    with transaction.atomic():
        publish(make_profile(member, profile_slug=f"ada-{MARKER}"))
    return member


def page_of(member: Member) -> str:
    return reverse("admin:assessments_member_erase", args=[member.pk])


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_page_counts_and_changes_nothing(ops: Client, ada: Member) -> None:
    text = text_of(ops, page_of(ada))

    assert f"Erase Ada {MARKER}?" in text
    assert '<td>Assessment sessions</td><td class="steward-figures">1</td><td>Deleted' in text
    assert '<td>Moderation events</td><td class="steward-figures">2</td><td>Blanked.' in text
    assert "deletes or blanks 6 rows" in text
    assert not Run.objects.exists()
    ada.refresh_from_db()
    assert ada.is_active


def test_page_names_the_archive(ops: Client, ada: Member) -> None:
    for year in (2010, 2011):
        PartitionArchive.objects.create(
            table_name="cs_assessment_sessions",
            partition_name=f"cs_assessment_sessions_{year}",
            lower=f"{year}-01-01T00:00:00Z",
            upper=f"{year + 1}-01-01T00:00:00Z",
        )
    assert "In the archive: Assessment sessions, 2 partitions." in text_of(ops, page_of(ada))


@pytest.mark.parametrize("typed", ["", "ada", "bo@example.org", "ada.zzyzx@example.or", "\0", "%s"])
def test_another_text_starts_nothing(ops: Client, ada: Member, typed: str) -> None:
    answer = ops.post(page_of(ada), {"email": typed})

    assert answer.status_code == 200
    assert f"Nothing was erased: type {EMAIL} to confirm." in answer.content.decode()
    assert not Run.objects.exists()
    assert PublicProfile.objects.get().is_public


def test_confirmed_it_hides_at_once_and_starts_a_run(ops: Client, ada: Member) -> None:
    assert Client().get(f"/profiles/ada-{MARKER}/").status_code == 200

    answer = ops.post(page_of(ada), {"email": f"  {EMAIL.upper()}\n"})

    run = Run.objects.get()
    assert answer.headers["Location"] == reverse("admin:ops_run_change", args=[run.pk])
    assert (run.operation, run.target, run.parameters) == ("erase_member", str(ada.pk), {})
    assert Client().get(f"/profiles/ada-{MARKER}/").status_code == 404
    assert not PublicProfile.objects.get().is_public
    entry = AuditEntry.objects.get(action="erase_member")
    assert MARKER not in str(entry.details)


def test_second_click_opens_the_same_run(ops: Client, ada: Member) -> None:
    ops.post(page_of(ada), {"email": EMAIL})
    assert "This member is being erased" in text_of(ops, page_of(ada))
    again = ops.post(page_of(ada), {"email": EMAIL})
    assert again.headers["Location"] == reverse("admin:ops_run_change", args=[Run.objects.get().pk])


def test_without_an_email_the_id_is_typed(ops: Client) -> None:
    member = make_member(email=None)
    assert f"Type <strong>{member.pk}</strong>" in text_of(ops, page_of(member))
    ops.post(page_of(member), {"email": str(member.pk)})
    assert Run.objects.get().target == str(member.pk)


def test_page_of_who_was_erased(ops: Client, ada: Member) -> None:
    erase(ada)
    text = text_of(ops, page_of(ada))
    assert f"Erased: {ada.pk}" in text
    assert "by olga" in text
    assert '<form method="post">' not in text
    answer = ops.post(page_of(ada), {"email": str(ada.pk)})
    assert "This member is erased already." in answer.content.decode()
    assert "What was erased" in text_of(
        ops, reverse("admin:assessments_member_change", args=[ada.pk])
    )


@pytest.mark.parametrize("key", ["00000000-0000-4000-8000-000000000000", "nobody", "1", "_00"])
def test_unknown_member_is_not_found(ops: Client, key: str) -> None:
    assert ops.get(f"/admin/assessments/member/{key}/erase/").status_code == 404


@pytest.mark.parametrize("role", ["moderators", "analysts"])
def test_only_ops_get_the_link(ada: Member, role: str) -> None:
    client = visit_as(role)
    assert "/erase/" not in text_of(
        client, reverse("admin:assessments_member_change", args=[ada.pk])
    )
    assert client.post(page_of(ada), {"email": EMAIL}).status_code == 403
    assert not Run.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_run_erases_and_says_so(ada: Member) -> None:
    client = visit_as("ops")
    client.post(page_of(ada), {"email": EMAIL})
    run = Run.objects.get()

    perform(run.pk)

    run.refresh_from_db()
    assert (run.status, run.error) == ("completed", "")
    assert run.result.startswith("7 rows deleted or blanked")
    assert run.figures["cs_assessment_sessions"] == 1
    [entry] = AuditEntry.objects.filter(action="erase")
    assert (entry.actor_name, entry.entity_id) == ("one-of-ops", str(ada.pk))
    assert entry.details["public_profiles"] == 1
    assert Run.objects.filter(operation="refresh", target="assessment_leaderboard").exists()
    assert places_of(MARKER) == []
    for address in (page_of(ada), reverse("admin:ops_run_change", args=[run.pk])):
        assert MARKER not in text_of(client, address)


@pytest.mark.django_db(transaction=True)
def test_run_that_is_repeated_answers_the_same(ada: Member) -> None:
    results = []
    for _ in range(2):
        run, _ = enqueue(operation="erase_member", target=str(ada.pk), deliver=False)
        perform(run.pk)
        run.refresh_from_db()
        results.append((run.status, run.figures))
    assert results[0] == results[1]
    assert AuditEntry.objects.filter(action="erase").count() == 1


@pytest.mark.django_db(transaction=True)
def test_run_of_nobody_fails_with_a_reason() -> None:
    run, _ = enqueue(operation="erase_member", target=str(uuid4()), deliver=False)
    perform(run.pk)
    run.refresh_from_db()
    assert run.status == "failed"
    assert "There is no member" in run.error


def test_palette_finds_nobody_who_was_erased(ops: Client, ada: Member) -> None:
    assert MARKER in text_of(ops, f"/admin/search/?s=ada {MARKER}")
    erase(ada)
    assert f"Ada {MARKER}" not in text_of(ops, f"/admin/search/?s=ada {MARKER}")


def test_who_has_no_email_is_not_called_erased(ops: Client) -> None:
    member = make_member(email=None)
    page = ops.get(reverse("admin:assessments_member_change", args=[member.pk])).content.decode()
    assert "This person was erased" not in page
