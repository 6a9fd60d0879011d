"""The start pages of ops and analysts: one query, and the names of the boards."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config import analysts_dashboard, ops_dashboard
from ops.models import Alert, AlertReading, ExportFile, Run
from ops.models.run import Status
from quizbank.models import Question
from tests.assessments.people import make_member, make_session
from tests.assessments.test_leaderboard import refresh
from tests.ops.conftest import member_of
from tests.ops.snapshots import insert_snapshot

pytestmark = pytest.mark.django_db
LINK = re.compile(r'href="(/admin/[^"]+)"')


def page_of(group: str) -> tuple[Client, str]:
    """What stands below the sidebar."""
    client = Client()
    client.force_login(member_of(group, f"one-of-{group}"))
    return client, client.get("/admin/").content.decode().partition('id="waiting"')[2].replace(
        "\xa0", " "
    )


@pytest.fixture
def questions(db: None) -> None:
    call_command("load_demo")


@pytest.fixture
def trouble() -> Alert:
    AlertReading.objects.bulk_create(
        AlertReading(rule=rule, value=value, level=level, measured_at=timezone.now())
        for rule, value, level in (
            ("disk-used", 95.0, "critical"),
            ("backup-age", 7_200.0, "ok"),
        )
    )
    AlertReading.objects.filter(rule="disk-used").update(subject="archive")
    Run.objects.create(
        operation="clean_ledger",
        status=Status.FAILED,
        error="It broke.",
        finished_at=timezone.now(),
    )
    Run.objects.create(
        operation="count_rows",
        status=Status.PROCESSING,
        started_at=timezone.now(),
        heartbeat_at=timezone.now(),
        progress_done=1,
        progress_total=4,
    )
    for days in range(7):
        insert_snapshot(timedelta(days=days), database={"bytes": (10 - days) * 2**20})
    return Alert.objects.create(
        rule="disk-used", subject="archive", level="critical", message="Disk used: too much"
    )


def test_ops_see_what_is_wrong_first(trouble: Alert) -> None:
    _, text = page_of("ops")
    for words in (
        "<strong>1</strong> Alerts nobody sees to",
        "<strong>1</strong> Runs that failed this week",
        "archive 95.0 %",
        "Disk used: too much",
        "25 %",
        "It broke.",
        "10.0 MB",
        "+6.0 MB",
        "Age of the last backup",
        "2 h",
        "start manage.py rqworker",
    ):
        assert words in text, words
    assert "Activity" not in text


def test_analysts_see_what_people_do(questions: None) -> None:
    ada = make_member("Ada Lovelace", last_seen_at=timezone.now() - timedelta(days=2))
    make_member("Grace Hopper", last_seen_at=timezone.now() - timedelta(days=20))
    make_session(ada, overall_score=91)
    refresh()
    live = Question.objects.live().first()
    assert live is not None
    Question.objects.filter(pk=live.pk).update(item_flags=["very_hard"])
    ExportFile.objects.bulk_create(
        ExportFile(
            export="answers" if public else "members",
            parameters={},
            has_personal=not public,
            path=f"{uuid4()}/rows.csv",
            rows=1_234,
            bytes=10,
            as_of=timezone.now(),
            snapshot="1:1:",
            expires_at=timezone.now() + timedelta(days=1),
        )
        for public in (True, False)
    )
    _, text = page_of("analysts")
    for words in (
        "<strong>1</strong> Members seen in 7 days",
        "<strong>2</strong> Members seen in 30 days",
        "Ada Lovelace",
        "1,234 rows",
        "Assessments begun, 14 days",
    ):
        assert words in text, words
    board = text.partition('id="board"')[2].partition("</section>")[0]
    assert re.search(r"As of <time [^>]*>now</time>", board)
    assert re.search(r"Very hard: <a[^>]*>1</a>", text)
    assert "members <span" not in text, "has personal data"
    assert "How it is" not in text


@pytest.mark.parametrize("group", ["ops", "analysts"])
def test_every_figure_leads_to_its_page(trouble: Alert, questions: None, group: str) -> None:
    make_session(make_member(last_seen_at=timezone.now()))
    refresh()
    client, text = page_of(group)
    links = {link.replace("&amp;", "&") for link in LINK.findall(text)}
    assert len(links) > 8
    for link in links:
        assert client.get(link).status_code == 200, link


@pytest.mark.parametrize("group", ["ops", "analysts"])
def test_empty_pages_say_so(group: str) -> None:
    _, text = page_of(group)
    said = {
        "ops": ("None is open.", "None is going on.", "No snapshot was taken yet."),
        "analysts": ("None is prepared.", "Nobody has completed", "Nobody has answered enough."),
    }
    for words in said[group]:
        assert words in text


def test_nothing_is_well_before_it_is_measured() -> None:
    client, text = page_of("ops")
    overview = client.get("/admin/ops/performancesnapshot/").content.decode()
    for shown in (text, overview):
        assert "none yet: one comes every five minutes" in shown
        assert "Backups that did not restore" not in shown


def test_what_was_measured_long_ago_is_not_said_to_be_so_now(trouble: Alert) -> None:
    client, text = page_of("ops")
    late = "none for 3 h 5 min: see its last run"
    assert late not in text
    AlertReading.objects.update(measured_at=timezone.now() - timedelta(hours=3, minutes=5))
    assert late in client.get("/admin/").content.decode()


def test_replica_does_not_hide_that_there_is_no_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    replica = {"name": "second", "state": "streaming", "seconds": 3}
    found = ops_dashboard.facts() | {"replicas": [replica]}
    monkeypatch.setattr(ops_dashboard, "facts", lambda: found)

    _, text = page_of("ops")

    assert "streaming, 3.0 s behind" in text
    assert "No snapshot was taken yet." in text


def test_others_keep_theirs_and_superusers_see_both(questions: None) -> None:
    for group in ("content", "moderators"):
        _, text = page_of(group)
        assert "How it is" not in text
        assert "Activity" not in text
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    text = client.get("/admin/").content.decode()
    for words in ("How it is", "Activity", "Questions in review"):
        assert words in text


@pytest.mark.parametrize(
    ("dashboard", "queries"),
    [
        (lambda: ops_dashboard.section(ops_dashboard.facts()), 1),
        # The names of the boards are read anew each time.
        (lambda: analysts_dashboard.section(analysts_dashboard.facts()), 2),
    ],
    ids=["ops", "analysts"],
)
def test_few_queries_whatever_there_is(
    trouble: Alert, questions: None, dashboard: Callable[[], Any], queries: int
) -> None:
    for name in ("Ada", "Bo", "Cy"):
        make_session(make_member(name), overall_score=90)
    refresh()
    with CaptureQueriesContext(connection) as asked:
        dashboard()
    assert len(asked) == queries


@pytest.mark.django_db
def test_names_are_never_kept() -> None:
    """Who was erased or hidden meanwhile is not shown with what was kept before."""
    ada, bo = make_member("Ada Kept"), make_member("Bo Gone")
    for member in (ada, bo):
        make_session(member, overall_score=90, category_scores={})
    refresh()
    kept = analysts_dashboard.facts()
    assert "Bo Gone" not in str(kept)
    assert len(analysts_dashboard.section(kept)["board"]) == 2

    type(bo).objects.filter(pk=bo.pk).update(is_active=False)
    with CaptureQueriesContext(connection) as queries:
        shown = analysts_dashboard.section(kept)["board"]

    assert [each["name"] for each in shown] == ["Ada Kept"]
    assert len(queries) == 1
