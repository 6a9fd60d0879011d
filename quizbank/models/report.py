"""What learners say is wrong with a question, and what staff answer."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Trim

from assessments.models import Member
from ops.constraints import one_of, visible
from ops.keys import TimeOrdered
from quizbank.models.question import Question
from quizbank.models.revision import QuestionRevision


class Reason(models.TextChoices):
    ERROR = "error", "Error"
    UNCLEAR = "unclear", "Unclear"
    OUTDATED = "outdated", "Outdated"
    OTHER = "other", "Other"


class ReportState(models.TextChoices):
    OPEN = "open", "Open"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    FIXED = "fixed", "Fixed"


# An accepted report waits for its fix; rejected and fixed are for good.
FLOW = [
    (ReportState.OPEN.value, ReportState.ACCEPTED.value),
    (ReportState.OPEN.value, ReportState.REJECTED.value),
    (ReportState.OPEN.value, ReportState.FIXED.value),
    (ReportState.ACCEPTED.value, ReportState.FIXED.value),
]
WAITING = (ReportState.OPEN, ReportState.ACCEPTED)
SHORTEST_ANSWER, LONGEST_ANSWER = 10, 1_000

# Not as rows: a dump that is restored writes a comparison of rows of three another way.
DECIDED_AGAIN = pgtrigger.Condition(
    "OLD.state <> 'open' AND OLD.state = NEW.state"
    " AND (OLD.admin_comment IS DISTINCT FROM NEW.admin_comment"
    " OR OLD.resolved_at IS DISTINCT FROM NEW.resolved_at"
    " OR OLD.fixed_by_id IS DISTINCT FROM NEW.fixed_by_id)"
)


class ProblemReport(TimeOrdered):
    """Learners insert question, reporter, reason and description, and the revision if they know it.

    The database fills in the published revision, and holds both revisions to the question.
    """

    # The database's own cascade (migration): it goes with its question.
    question = models.ForeignKey(
        Question,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="problem_reports",
    )
    revision = models.ForeignKey(
        QuestionRevision,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name="revision met",
    )
    reporter = models.ForeignKey(
        Member, models.CASCADE, db_index=False, related_name="problem_reports"
    )
    reason = models.TextField(choices=Reason)
    description = models.TextField()
    state = models.TextField(choices=ReportState, default=ReportState.OPEN, db_default="open")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    admin_comment = models.TextField("answer", blank=True, default="", db_default="")
    resolved_at = models.DateTimeField("decided", null=True, blank=True)
    fixed_by = models.ForeignKey(
        QuestionRevision,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
    )

    class Meta:
        db_table = "problem_reports"
        ordering = ("-id",)
        default_permissions = ("view", "change")
        constraints = (
            models.UniqueConstraint(
                fields=("reporter", "question"),
                condition=Q(state=ReportState.OPEN),
                name="one_open_report_of_a_question",
                violation_error_message="Your report of this question is still open.",
            ),
            one_of("reason", Reason, name="report_reason_is_known"),
            visible("description", name="report_says_something"),
            one_of("state", ReportState, name="report_state_is_known"),
            models.CheckConstraint(
                condition=Q(models.lookups.GreaterThanOrEqual(Length(Trim("description")), 10))
                & Q(models.lookups.LessThanOrEqual(Length("description"), 500)),
                name="report_has_10_to_500_characters",
                violation_error_message="A description has 10 to 500 characters.",
            ),
            models.CheckConstraint(
                condition=Q(admin_comment="")
                | Q(
                    models.lookups.GreaterThanOrEqual(
                        Length(Trim("admin_comment")), SHORTEST_ANSWER
                    )
                )
                & Q(models.lookups.LessThanOrEqual(Length("admin_comment"), LONGEST_ANSWER)),
                name="report_answer_has_10_to_1000_characters",
                violation_error_message="An answer has 10 to 1,000 characters.",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.REJECTED) | ~Q(admin_comment=""),
                name="rejection_has_an_answer",
                violation_error_message="A rejection needs an answer to the learner.",
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.OPEN, resolved_at=None, admin_comment="")
                | ~Q(state=ReportState.OPEN) & Q(resolved_at__isnull=False),
                name="report_is_decided_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.FIXED, fixed_by__isnull=False)
                | ~Q(state=ReportState.FIXED) & Q(fixed_by=None),
                name="fixed_report_names_its_revision",
                violation_error_message="A fix is a published revision of the question.",
            ),
        )
        indexes = (
            models.Index(fields=("question", "id"), name="report_of_question"),
            # Row-level security, and a member's page.
            models.Index(fields=("reporter", "id"), name="report_of_member"),
            # The list, its counts and the start page: few of many.
            models.Index(
                fields=("question",), name="report_waiting", condition=Q(state__in=WAITING)
            ),
        )
        triggers = (
            pgtrigger.FSM(name="state_flow", field="state", transitions=FLOW),
            pgtrigger.ReadOnly(
                name="said_stays_said",
                fields=["id", "question", "revision", "reporter", "reason", "description"],
            ),
            pgtrigger.Protect(
                name="decided_once", operation=pgtrigger.Update, condition=DECIDED_AGAIN
            ),
            pgtrigger.Trigger(
                name="fix_is_later",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__fixed_by__isnull=False),
                func="""
                    IF (SELECT r.number FROM public.question_revisions AS r
                        WHERE r.id = NEW.fixed_by_id)
                        <= (SELECT r.number FROM public.question_revisions AS r
                        WHERE r.id = NEW.revision_id)
                    THEN
                        RAISE EXCEPTION 'The fix is a later revision than the one reported.'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.description}"
