"""The start page: what waits for this person, then the bank at a glance; all by permission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from assessments.models import PublicProfile
from config import analysts_dashboard, ops_dashboard
from config.cards import Card, card
from ops.queries import failed_runs
from ops.together import counts_of
from quizbank.counts import questions_in
from quizbank.models import ImportBatch, LightningQuestion, ProblemReport, Question
from quizbank.models.importing import BatchStatus
from quizbank.models.item_statistics import Flag
from quizbank.models.question import Status
from quizbank.models.report import ReportState


@dataclass(frozen=True)
class Asked:
    """A card whose rows are to be counted."""

    title: str
    rows: QuerySet[Any]
    page: str
    query: str = ""


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds `waiting` and `glance`: [{"title", "count", "link"}]; what is done does not wait. Who
    acts on operations has `ops`, who looks on has `analysis`, each from one query."""
    acts, looks = request.user.has_perm("ops.change_run"), request.user.has_perm("ops.view_run")
    shown = [*bank_at_a_glance(request)]
    due = [
        *profiles_to_decide_on(request),
        *questions_to_edit(request),
        *reports_to_decide_on(request),
        *imports_to_look_at(request),
        *([] if acts or looks else own_runs_to_look_at(request)),
    ]
    cards = counted([*shown, *due])
    glance, waiting = cards[: len(shown)], cards[len(shown) :]
    if acts:
        found = ops_dashboard.facts()
        waiting += ops_dashboard.waiting(found)
        glance += ops_dashboard.glance(found)
        context["ops"] = ops_dashboard.section(found)
    if looks and (request.user.is_superuser or not acts):
        found = analysts_dashboard.facts()
        glance += analysts_dashboard.glance(found)
        context["analysis"] = analysts_dashboard.section(found)
    return context | {"waiting": [card for card in waiting if card["count"]], "glance": glance}


def counted(found: Sequence[Card | Asked]) -> list[Card]:
    """All that is to be counted in one query."""
    asked = {f"card_{n}": each for n, each in enumerate(found) if isinstance(each, Asked)}
    counts = counts_of(**{name: each.rows for name, each in asked.items()})
    made = (card(each.title, counts[name], each.page, each.query) for name, each in asked.items())
    return [next(made) if isinstance(each, Asked) else each for each in found]


def questions_to_edit(request: HttpRequest) -> Iterator[Card | Asked]:
    if not request.user.has_perm("quizbank.change_question"):
        return
    bank, page = Question.objects, "quizbank_question_changelist"
    mine = bank.filter(status=Status.DRAFT, author_id=request.user.pk)
    yield Asked("Your drafts", mine, page, f"?status__exact=draft&author={request.user.pk}")
    review = questions_in(Status.IN_REVIEW)
    yield card("Questions in review", review, page, "?status__exact=in_review")
    changed = bank.filter(has_unpublished_changes=True)
    yield Asked("Questions with unpublished changes", changed, page, "?changes=unpublished")
    suspect = bank.live().filter(item_flags__contains=[Flag.WRONG_KEY])
    query = f"?status__exact=active&flag={Flag.WRONG_KEY.value}"
    yield Asked("Questions with a possible wrong key", suspect, page, query)
    drafts = questions_in(Status.DRAFT)
    yield card("Drafts of everybody", drafts, page, "?status__exact=draft")
    silent = bank.filter(explanation="")
    yield Asked("Questions without explanation", silent, page, "?explanation=none")


def profiles_to_decide_on(request: HttpRequest) -> Iterator[Asked]:
    if request.user.has_perm("assessments.moderate_publicprofile"):
        found = PublicProfile.objects.awaiting_decision()
        yield Asked("Profiles waiting for a decision", found, "assessments_publicprofile_queue")


def reports_to_decide_on(request: HttpRequest) -> Iterator[Asked]:
    if request.user.has_perm("quizbank.change_problemreport"):
        found = ProblemReport.objects.filter(state=ReportState.OPEN)
        yield Asked("Open problem reports", found, "quizbank_problemreport_changelist")


def imports_to_look_at(request: HttpRequest) -> Iterator[Asked]:
    if not request.user.has_perm("quizbank.import_question"):
        return
    page = "quizbank_importbatch_changelist"
    previews = ImportBatch.objects.filter(status=BatchStatus.PREVIEW)
    yield Asked("Imports to confirm", previews, page, "?status__exact=preview")
    week = timezone.now() - timedelta(days=7)
    failed = ImportBatch.objects.filter(status=BatchStatus.FAILED, created_at__gte=week)
    yield Asked("Imports that failed this week", failed, page, "?status__exact=failed")


def own_runs_to_look_at(request: HttpRequest) -> Iterator[Asked]:
    if request.user.has_perm("ops.view_own_run"):
        since = timezone.localdate() - timedelta(days=7)
        failed = failed_runs(request.user, since=since)
        query = f"?status__exact=failed&created_at_from={since}"
        yield Asked("Runs that failed this week", failed, "ops_run_changelist", query)


def bank_at_a_glance(request: HttpRequest) -> Iterator[Card | Asked]:
    if request.user.has_perm("quizbank.change_question"):
        live = questions_in(Status.ACTIVE)
        yield card(
            "Active questions", live, "quizbank_question_changelist", "?status__exact=active"
        )
        active = LightningQuestion.objects.filter(is_active=True)
        page = "quizbank_lightningquestion_changelist"
        yield Asked("Active lightning questions", active, page, "?is_active__exact=1")
