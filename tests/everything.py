"""A row of everything that has a screen."""

from __future__ import annotations

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.models import User
from django.core.management import call_command
from waffle.models import Flag, Sample, Switch

from assessments.models import AssessmentSession, ProfileEvent, ReservedWord
from flavors.models import (
    CategoryImport,
    Descriptor,
    DescriptorImport,
    FlavorCategory,
    FlavorWheel,
    Term,
)
from ops import audit
from ops.models import Alert, Backup, ExportFile
from ops.runs import enqueue
from quizbank.models import (
    AnswersSetAside,
    ExamStatistic,
    ImportBatch,
    InteractionSummary,
    ProblemReport,
    QuestionPool,
    QuizSession,
    StudySession,
    UserInteraction,
)
from tests.rows import make_row


def make_one_of_each() -> None:
    call_command("load_demo")
    user = User.objects.create_user("somebody")
    ImportBatch.objects.create(file_name="pool.json", format="ham", created_by=user)
    enqueue(operation="clear_sessions", deliver=False)
    audit.record(action="publish", entity_type="exam", entity_id=1)
    attempt = {"username": "mallory", "ip_address": "192.0.2.1", "path_info": "/admin/login/"}
    AccessAttempt.objects.create(**attempt, failures_since_start=3)
    AccessFailureLog.objects.create(**attempt)
    AccessLog.objects.create(**attempt)
    learning = (Alert, Backup, AnswersSetAside, QuizSession, StudySession, UserInteraction)
    tasting = (CategoryImport, Descriptor, DescriptorImport, FlavorCategory, FlavorWheel, Term)
    listed = (*learning, *tasting, ExamStatistic, ProblemReport, QuestionPool, ReservedWord)
    rest = (AssessmentSession, ExportFile, InteractionSummary, ProfileEvent, Flag, Sample, Switch)
    for model in (*rest, *listed):
        make_row(model)
