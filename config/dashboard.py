"""The start page: what waits for this person, then the bank at a glance; all by permission."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from assessments.models import PublicProfile
from config import analysts_dashboard, ops_dashboard
from config.cards import Card, card
from ops.queries import failed_runs
from quizbank.counts import questions_in
from quizbank.models import ImportBatch, LightningQuestion, ProblemReport, Question
from quizbank.models.importing import BatchStatus
from quizbank.models.item_statistics import Flag
from quizbank.models.question import Status
from quizbank.models.report import ReportState


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds `waiting` and `glance`: [{"title", "count", "link"}]; what is done does not wait. Who
    acts on operations has `ops`, who looks on has `analysis`, each from one query."""
    glance = [*bank_at_a_glance(request)]
    acts, looks = request.user.has_perm("ops.change_run"), request.user.has_perm("ops.view_run")
    waiting = [
        *profiles_to_decide_on(request),
        *questions_to_edit(request),
        *reports_to_decide_on(request),
        *imports_to_look_at(request),
    ]
    if acts:
        found = ops_dashboard.facts()
        waiting += ops_dashboard.waiting(found)
        glance += ops_dashboard.glance(found)
        context["ops"] = ops_dashboard.section(found)
    elif not looks:
        waiting += own_runs_to_look_at(request)
    if looks and (request.user.is_superuser or not acts):
        found = analysts_dashboard.facts()
        glance += analysts_dashboard.glance(found)
        context["analysis"] = analysts_dashboard.section(found)
    return context | {"waiting": [card for card in waiting if card["count"]], "glance": glance}


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


def reports_to_decide_on(request: HttpRequest) -> Iterator[Card]:
    if request.user.has_perm("quizbank.change_problemreport"):
        found = ProblemReport.objects.filter(state=ReportState.OPEN).count()
        yield card("Open problem reports", found, "quizbank_problemreport_changelist")


def imports_to_look_at(request: HttpRequest) -> Iterator[Card]:
    if not request.user.has_perm("quizbank.import_question"):
        return
    page = "quizbank_importbatch_changelist"
    previews = ImportBatch.objects.filter(status=BatchStatus.PREVIEW).count()
    yield card("Imports to confirm", previews, page, "?status__exact=preview")
    week = timezone.now() - timedelta(days=7)
    failed = ImportBatch.objects.filter(status=BatchStatus.FAILED, created_at__gte=week).count()
    yield card("Imports that failed this week", failed, page, "?status__exact=failed")


def own_runs_to_look_at(request: HttpRequest) -> Iterator[Card]:
    if request.user.has_perm("ops.view_own_run"):
        since = timezone.localdate() - timedelta(days=7)
        failed = failed_runs(request.user, since=since).count()
        query = f"?status__exact=failed&created_at_from={since}"
        yield card("Runs that failed this week", failed, "ops_run_changelist", query)


def bank_at_a_glance(request: HttpRequest) -> Iterator[Card]:
    if request.user.has_perm("quizbank.change_question"):
        live = questions_in(Status.ACTIVE)
        yield card(
            "Active questions", live, "quizbank_question_changelist", "?status__exact=active"
        )
        active = LightningQuestion.objects.filter(is_active=True).count()
        page = "quizbank_lightningquestion_changelist"
        yield card("Active lightning questions", active, page, "?is_active__exact=1")
