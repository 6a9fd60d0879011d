"""The screens of the schema and of its migrations, and of feature flags."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test import Client, RequestFactory
from waffle import flag_is_active
from waffle.middleware import WaffleMiddleware
from waffle.models import Flag, Switch

from ops.alerts.measures import schema_drift
from ops.models import AppliedMigration, AuditEntry, Run
from ops.models.run import Status
from ops.runs import enqueue
from tests.ops.conftest import member_of

SCHEMA = "/admin/ops/schemaexpectation/"
MIGRATIONS = "/admin/ops/appliedmigration/"
FLAGS = "/admin/waffle/flag/"


@pytest.fixture
def ops(ops_user: User) -> Client:
    client = Client()
    client.force_login(ops_user)
    return client


def verified(*differences: dict[str, str], differs: int | None = None) -> None:
    run, _ = enqueue(operation="verify_schema", deliver=False)
    counts = {"OK": 116, "missing": 0, "drifted": len(differences), "unknown": 0}
    begun = {"status": Status.PROCESSING, "started_at": Now(), "heartbeat_at": Now()}
    Run.objects.filter(pk=run.pk).update(**begun)
    Run.objects.filter(pk=run.pk).update(
        status=Status.COMPLETED,
        finished_at=Now(),
        result="Done.",
        figures={
            "differs": len(differences) if differs is None else differs,
            "counts": {"table": counts},
            "differences": list(differences),
        },
    )


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


DRIFT = {
    "kind": "column",
    "name": "public.members: display_name",
    "state": "drifted",
    "difference": "-text NOT NULL\n+text",
}


def test_page_before_the_first_verification(ops: Client) -> None:
    text = text_of(ops, SCHEMA)

    assert "Not verified yet" in text
    assert "Verify now" in text


def test_page_of_a_schema_as_it_should_be(ops: Client) -> None:
    verified()

    text = text_of(ops, SCHEMA)

    assert "As the migrations make it" in text
    assert "What differs" not in text


def test_page_shows_what_differs(ops: Client) -> None:
    verified(DRIFT, differs=301)

    text = text_of(ops, SCHEMA)

    assert "301 objects differ" in text
    assert "public.members: display_name" in text
    assert '<span class="schema-line" data-side="expected">-text NOT NULL</span>' in text
    assert '<span class="schema-line" data-side="found">+text</span>' in text
    assert "And 300 more" in text


def test_verification_is_started_once(ops: Client) -> None:
    first = ops.post(f"{SCHEMA}verify/")
    second = ops.post(f"{SCHEMA}verify/")

    run = Run.objects.get(operation="verify_schema")
    assert first.url == second.url == f"/admin/ops/run/{run.pk}/change/"
    assert "See the run" in text_of(ops, SCHEMA)


def test_analyst_sees_and_starts_nothing(db: None) -> None:
    client = Client()
    client.force_login(member_of("analysts", "ann"))

    assert "Verify now" not in text_of(client, SCHEMA)
    assert client.post(f"{SCHEMA}verify/").status_code == 403
    assert client.post(SCHEMA).status_code == 403


def test_history_tells_what_was_taken_back(ops: Client) -> None:
    AppliedMigration.objects.filter(app="waffle").update(
        seconds=0.25, applied_by="olga", server_version="18.6 (x)", reversed_at=Now()
    )

    text = text_of(ops, f"{MIGRATIONS}?reversed_at__isempty=0")

    assert "250 ms" in text
    assert "olga, PostgreSQL 18.6" in text
    assert "0001_functions" not in text


def test_drift_is_measured_for_the_alert(db: None) -> None:
    assert schema_drift() == {}

    verified(DRIFT, differs=3)
    assert schema_drift() == {"": 3.0}

    verified()
    assert schema_drift() == {"": 0.0}


# --- Feature flags -------------------------------------------------------------------------------
def save(client: Client, **values: Any) -> Any:
    return client.post(f"{FLAGS}add/", {"name": "tasting-notes", "everyone": "", **values})


def request_of(user: User) -> Any:
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_flag_is_on_for_a_group(ops: Client, ops_user: User) -> None:
    assert not flag_is_active(request_of(ops_user), "tasting-notes")

    answer = save(ops, groups=[Group.objects.get(name="ops").pk])

    assert answer.status_code == 302
    cache.clear()  # What a commit does.
    assert flag_is_active(request_of(ops_user), "tasting-notes")
    assert not flag_is_active(request_of(member_of("content", "carl")), "tasting-notes")
    assert "For some" in text_of(ops, FLAGS)
    assert AuditEntry.objects.filter(entity_type="flag").exists()


@pytest.mark.parametrize(
    ("everyone", "stored", "words"), [("True", True, "On"), ("False", False, "Off"), ("", None, "")]
)
def test_flag_is_on_or_off_for_all(
    ops: Client, everyone: str, stored: bool | None, words: str
) -> None:
    save(ops, everyone=everyone)

    assert Flag.objects.get().everyone is stored
    assert words in text_of(ops, FLAGS)


@pytest.mark.parametrize(
    "wrong", [{"name": "with space"}, {"name": "a;b"}, {"percent": "-1"}, {"percent": "100.5"}]
)
def test_flag_that_cannot_be_is_refused(ops: Client, wrong: dict[str, str]) -> None:
    answer = save(ops, **wrong)

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert not Flag.objects.exists()


def test_share_of_browsers_is_remembered(ops: Client, ops_user: User) -> None:
    Flag.objects.create(name="half", percent="50.0", superusers=False)
    request = request_of(ops_user)
    on = flag_is_active(request, "half")

    answer = WaffleMiddleware(lambda _: HttpResponse())(request)

    assert answer.cookies["dwf_half"].value == str(on)


def test_analyst_only_reads_flags(db: None) -> None:
    Switch.objects.create(name="s", active=True)
    client = Client()
    client.force_login(member_of("analysts", "ann"))

    assert "On" in text_of(client, "/admin/waffle/switch/")
    assert client.get("/admin/waffle/switch/add/").status_code == 403
