"""The start page: what waits for this person, then the bank at a glance; all by permission."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from assessments.models import PublicProfile
from ops.archive.standing import partitioned_tables
from ops.matviews import stale_views
from ops.models import Run
from ops.models.run import Status as RunStatus
from ops.queries import failed_runs, schedule_rows
from quizbank.counts import questions_in
from quizbank.models import ImportBatch, LightningQuestion, ProblemReport, Question
from quizbank.models.importing import BatchStatus
from quizbank.models.item_statistics import Flag
from quizbank.models.question import Status
from quizbank.models.report import ReportState

type Card = dict[str, Any]


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds `waiting` and `glance`: [{"title", "count", "link"}]; what is done does not wait."""
    waiting = [
        *profiles_to_decide_on(request),
        *questions_to_edit(request),
        *reports_to_decide_on(request),
        *imports_to_look_at(request),
        *logins_to_look_at(request),
        *operations_to_look_at(request),
        *views_to_refresh(request),
        *partitions_to_look_at(request),
    ]
    return context | {
        "waiting": [card for card in waiting if card["count"]],
        "glance": [*bank_at_a_glance(request), *operations_at_a_glance(request)],
    }


def card(title: str, count: int, url_name: str, query: str = "") -> Card:
    return {"title": title, "count": count, "link": reverse(f"admin:{url_name}") + query}


def questions_to_edit(request: HttpRequest) -> Iterator[Card]:
    if not request.user.has_perm("quizbank.change_question"):
        return
    bank, page = Question.objects, "quizbank_question_changelist"
    mine = bank.filter(status=Status.DRAFT, author_id=request.user.pk).count()
    yield card("Your drafts", mine, page, f"?status__exact=draft&author={request.user.pk}")
    review = questions_in(Status.IN_REVIEW)
    yield card("Questions in review", review, page, "?status__exact=in_review")
    changes = bank.filter(has_unpublished_changes=True).count()
    yield card("Questions with unpublished changes", changes, page, "?changes=unpublished")
    suspect = bank.live().filter(item_flags__contains=[Flag.WRONG_KEY]).count()
    yield card(
        "Questions with a possible wrong key",
        suspect,
        page,
        f"?status__exact=active&flag={Flag.WRONG_KEY.value}",
    )
    drafts = questions_in(Status.DRAFT)
    yield card("Drafts of everybody", drafts, page, "?status__exact=draft")
    silent = bank.filter(explanation="").count()
    yield card("Questions without explanation", silent, page, "?explanation=none")


def profiles_to_decide_on(request: HttpRequest) -> Iterator[Card]:
    if request.user.has_perm("assessments.moderate_publicprofile"):
        found = PublicProfile.objects.awaiting_decision().count()
        yield card("Profiles waiting for a decision", found, "assessments_publicprofile_queue")


def waiting_badge(request: HttpRequest) -> str | None:
    """Beside the queue in the sidebar of those who decide; no more than a hundred are counted."""
    if not request.user.has_perm("assessments.moderate_publicprofile"):
        return None
    found = PublicProfile.objects.waiting_at_most(100)
    return ("99+" if found > 99 else str(found)) if found else None


def reports_to_decide_on(request: HttpRequest) -> Iterator[Card]:
    if request.user.has_perm("quizbank.change_problemreport"):
        found = ProblemReport.objects.filter(state=ReportState.OPEN).count()
        yield card("Open problem reports", found, "quizbank_problemreport_changelist")


def imports_to_look_at(request: HttpRequest) -> Iterator[Card]:
    if not request.user.has_perm("quizbank.view_importbatch"):
        return
    page = "quizbank_importbatch_changelist"
    if request.user.has_perm("quizbank.import_question"):
        previews = ImportBatch.objects.filter(status=BatchStatus.PREVIEW).count()
        yield card("Imports to confirm", previews, page, "?status__exact=preview")
    week = timezone.now() - timedelta(days=7)
    failed = ImportBatch.objects.filter(status=BatchStatus.FAILED, created_at__gte=week).count()
    yield card("Imports that failed this week", failed, page, "?status__exact=failed")


def logins_to_look_at(request: HttpRequest) -> Iterator[Card]:
    if request.user.has_perm("axes.view_accessattempt"):
        day = timezone.now() - timedelta(days=1)
        attempts = AccessAttempt.objects.filter(attempt_time__gte=day).count()
        yield card("Failed logins in a day", attempts, "axes_accessattempt_changelist")


def operations_to_look_at(request: HttpRequest) -> Iterator[Card]:
    if request.user.has_perm("ops.view_own_run"):
        since = timezone.localdate() - timedelta(days=7)
        failed = failed_runs(request.user, since=since).count()
        query = f"?status__exact=failed&created_at_from={since}"
        yield card("Runs that failed this week", failed, "ops_run_changelist", query)
    if request.user.has_perm("ops.view_schedulestate"):
        late = sum(row.is_late for row in schedule_rows(timezone.now()))
        yield card("Schedules that are late", late, "ops_schedulestate_changelist")


def partitions_to_look_at(request: HttpRequest) -> Iterator[Card]:
    if not request.user.has_perm("ops.change_partitionarchive"):
        return
    page = "ops_partitionarchive_changelist"
    tables = partitioned_tables(timezone.now(), sizes=False)
    yield card("Tables with too few partitions ahead", sum(t.lacks_future for t in tables), page)
    yield card("Partitions stopped half way", sum(len(t.stopped) for t in tables), page)
    yield card("Held partitions whose hold is over", sum(len(t.hold_over) for t in tables), page)
    yield card("Partitions whose retention is over", sum(len(t.due) for t in tables), page)


def operations_at_a_glance(request: HttpRequest) -> Iterator[Card]:
    if request.user.has_perm("ops.view_run"):
        going = Run.objects.filter(status=RunStatus.PROCESSING, rank=2).count()
        yield card("Runs going on", going, "ops_run_changelist", "?status__exact=processing")


def views_to_refresh(request: HttpRequest) -> Iterator[Card]:
    if request.user.has_perm("ops.refresh_viewstatus"):
        page = "ops_viewstatus_changelist"
        yield card("Stale views", len(stale_views()), page, "?is_stale__exact=1")


def bank_at_a_glance(request: HttpRequest) -> Iterator[Card]:
    if request.user.has_perm("quizbank.view_question"):
        live = questions_in(Status.ACTIVE)
        yield card(
            "Active questions", live, "quizbank_question_changelist", "?status__exact=active"
        )
    if request.user.has_perm("quizbank.view_lightningquestion"):
        active = LightningQuestion.objects.filter(is_active=True).count()
        page = "quizbank_lightningquestion_changelist"
        yield card("Active lightning questions", active, page, "?is_active__exact=1")
