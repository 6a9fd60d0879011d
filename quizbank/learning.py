"""What a member learned, for their page; and all that the bank holds of them, for their export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Sum
from django.utils import timezone

from ops.matviews import last_refresh
from ops.rows import whole_rows
from quizbank.models import (
    Answer,
    AnswersSetAside,
    AnyQuizSession,
    ArchivedDayCount,
    ArchivedMemberCount,
    Category,
    InteractionSummary,
    PerformanceSummary,
    ProblemReport,
    StudySession,
    UserDailyStat,
    UserInteraction,
    UserProgress,
)

# On the page: the newest sessions, the last days, the bars of their chart.
SESSIONS, DAYS = 5, 30
# Under so many percent; as draw_scope has it.
WEAK = 60
BAR_STEP, BAR_WIDTH, BAR_HEIGHT = 14, 10, 56
# What the page leads to, for who may see it.
LINKED = {
    "sessions": "anyquizsession",
    "answers": "answer",
    "reports": "problemreport",
    "study": "studysession",
    "interactions": "userinteraction",
}
# Of staff.
STAFFS_OF_REPORT = {"reviewer_id"}

# Days before the last refresh as it found them, later ones as they are now.
BY_DAY = """
    SELECT d.stat_date, d.daily_questions, d.daily_correct, d.daily_time_ms
    FROM public.user_daily_stats AS d
    WHERE d.user_id = %(member)s AND d.stat_date < %(since)s
    UNION ALL
    SELECT
        (a.answered_at AT TIME ZONE 'UTC')::date, count(*), count(*) FILTER (WHERE a.is_correct),
        COALESCE(sum(a.time_ms), 0)
    FROM public.answers AS a
    WHERE a.user_id = %(member)s AND a.is_correct IS NOT NULL
        AND a.answered_at >= %(since)s::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1
    ORDER BY 1
"""  # Uses index: user_daily_stats_user_id_stat_date_idx, idx_answer_analytics


@dataclass(frozen=True)
class Area:
    """How a member does in a category; percent."""

    category: Category
    answered: int
    correct: int
    accuracy: float

    @property
    def is_weak(self) -> bool:
        """Then sessions of weak areas draw from it."""
        return self.accuracy < WEAK


@dataclass(frozen=True)
class Day:
    """One of UTC's."""

    day: date
    questions: int
    correct: int
    time_ms: int


@dataclass(frozen=True)
class Streak:
    """Days in a row with an answer: up to today, or up to yesterday while today has none."""

    now: int
    longest: int
    has_today: bool


def section(member_id: UUID, user: Any) -> dict[str, Any]:
    """The member page's section; as many queries for much as for nothing."""
    today = timezone.now().astimezone(UTC).date()
    days = days_of(member_id)
    progress = UserProgress.objects.filter(pk=member_id).first()
    areas = areas_of(progress.area_stats if progress else {})
    reports = ProblemReport.objects.filter(reporter=member_id)
    studied = StudySession.objects.filter(user=member_id)
    study = studied.aggregate(times=Count("pk"), seconds=Sum("focus_time"))
    return {
        "member_id": member_id,
        "may_see": {
            name: user.has_perm(f"quizbank.view_{model}") for name, model in LINKED.items()
        },
        "progress": progress,
        "areas": areas,
        "weak": sum(1 for each in areas if each.is_weak),
        "performance": PerformanceSummary.objects.filter(pk=member_id).first(),
        "sessions": newest_sessions(member_id),
        "streak": streak_of([each.day for each in days], today),
        "chart": chart_of(days, today),
        "study": {"times": study["times"], "hours": (study["seconds"] or 0) / 3_600},
        "reports": reports.count(),
    }


def areas_of(stats: Mapping[str, Mapping[str, Any]]) -> list[Area]:
    """The weakest first, of equals that with more answers; without categories that went."""
    names = ("code", "name", "exam__code")
    known = Category.objects.select_related("exam").only(*names).in_bulk(map(int, stats))
    areas = [
        Area(category, row["answered"], row["correct"], float(row["accuracy"]))
        for key, row in stats.items()
        if (category := known.get(int(key)))
    ]
    return sorted(areas, key=lambda each: (each.accuracy, -each.answered, each.category.code))


def newest_sessions(member_id: UUID) -> list[AnyQuizSession]:
    """Uses index: quiz_session_of_member, quiz_archive_of_member."""
    sessions = AnyQuizSession.objects.filter(user=member_id).select_related("exam")
    return list(sessions.defer("question_ids", "revision_ids", "filters")[:SESSIONS])


def days_of(member_id: UUID) -> list[Day]:
    """Days with an answer, oldest first."""
    as_of = last_refresh("user_daily_stats") or datetime.min.replace(tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(BY_DAY, {"member": member_id, "since": as_of.astimezone(UTC).date()})
        return [Day(*row) for row in cursor.fetchall()]


def streak_of(days: Sequence[date], today: date) -> Streak:
    """`days` in order, each once."""
    run = longest = 0
    before = None
    for day in days:
        run = run + 1 if before and day - before == timedelta(days=1) else 1
        longest, before = max(longest, run), day
    has_today = before is not None and before >= today
    is_alive = before is not None and before >= today - timedelta(days=1)
    return Streak(run if is_alive else 0, longest, has_today)


def chart_of(days: Sequence[Day], today: date) -> dict[str, Any]:
    """Answers of the last days as bars, the right ones before all; whole numbers for any locale."""
    known = {each.day: each for each in days}
    first = today - timedelta(days=DAYS - 1)
    shown = [
        known.get(day) or Day(day, 0, 0, 0)
        for day in (first + timedelta(days=number) for number in range(DAYS))
    ]
    tallest = max(each.questions for each in shown)
    return {
        "bars": [drawn(each, number, tallest) for number, each in enumerate(shown)],
        "answers": sum(each.questions for each in shown),
        "correct": sum(each.correct for each in shown),
        "active": sum(1 for each in shown if each.questions),
        "minutes": sum(each.time_ms for each in shown) // 60_000,
        "days": DAYS,
        "width": DAYS * BAR_STEP,
        "height": BAR_HEIGHT,
        "bar": BAR_WIDTH,
    }


def drawn(day: Day, number: int, tallest: int) -> dict[str, Any]:
    height = max(2, round(day.questions / tallest * BAR_HEIGHT)) if day.questions else 0
    right = round(day.correct / day.questions * height) if day.questions else 0
    return {
        "day": day,
        "x": number * BAR_STEP,
        "y": BAR_HEIGHT - height,
        "height": height,
        "right_y": BAR_HEIGHT - right,
        "right": right,
    }


def exported(member_id: UUID) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """Every row about the member. Who decided on a report is about staff: it stays."""
    reports = ProblemReport.objects.filter(reporter=member_id)
    return {
        "progress": whole_rows(UserProgress.objects.filter(pk=member_id)),
        "performance": whole_rows(PerformanceSummary.objects.filter(pk=member_id)),
        "days": whole_rows(UserDailyStat.objects.filter(user=member_id)),
        "quiz_sessions": whole_rows(AnyQuizSession.objects.filter(user=member_id)),
        "answers": whole_rows(Answer.objects.filter(user=member_id)),
        "messages_set_aside": whole_rows(AnswersSetAside.objects.filter(user_id=member_id)),
        "counts_of_archived_answers": whole_rows(
            ArchivedMemberCount.objects.filter(user=member_id)
        ),
        "days_of_archived_answers": whole_rows(ArchivedDayCount.objects.filter(user=member_id)),
        "study_sessions": whole_rows(StudySession.objects.filter(user=member_id)),
        "interactions": whole_rows(UserInteraction.objects.filter(user=member_id)),
        "interactions_by_day": whole_rows(InteractionSummary.objects.filter(user=member_id)),
        "problem_reports": whole_rows(reports, without=STAFFS_OF_REPORT),
    }
