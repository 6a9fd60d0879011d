"""What a member learned, for their page; and all that the bank holds of them, for their export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from ops.rows import whole_rows
from ops.together import rows_of
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
    WITH kept AS MATERIALIZED (
        SELECT COALESCE(
            (
                SELECT (v.refreshed_at AT TIME ZONE 'UTC')::date
                FROM public.ops_materialized_views AS v WHERE v.name = 'user_daily_stats'
            ), '-infinity'
        ) AS until
    )
    SELECT d.stat_date, d.daily_questions, d.daily_correct, d.daily_time_ms
    FROM public.user_daily_stats AS d
    WHERE d.user_id = %(member)s AND d.stat_date < (SELECT until FROM kept)
    UNION ALL
    SELECT
        (a.answered_at AT TIME ZONE 'UTC')::date, count(*), count(*) FILTER (WHERE a.is_correct),
        COALESCE(sum(a.time_ms), 0)
    FROM public.answers AS a
    WHERE a.user_id = %(member)s AND a.is_correct IS NOT NULL
        AND a.answered_at >= (SELECT until::timestamp AT TIME ZONE 'UTC' FROM kept)
    GROUP BY 1
    ORDER BY 1
"""  # Uses index: user_daily_stats_user_id_stat_date_idx, idx_answer_analytics


STUDIED = """
    SELECT count(*), COALESCE(sum(s.focus_time), 0)::bigint,
        (SELECT count(*) FROM public.problem_reports AS r WHERE r.reporter_id = %(member)s)
    FROM public.study_sessions AS s
    WHERE s.user_id = %(member)s
"""


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
    found = rows_of(
        progress=UserProgress.objects.filter(pk=member_id),
        performance=PerformanceSummary.objects.filter(pk=member_id),
        sessions=newest_sessions(member_id),
        categories=Category.objects.filter(pk__in=categories_of(member_id)).annotate(
            exam_code=F("exam__code")
        ),
    )
    progress = next(iter(found["progress"]), None)
    known = {category.pk: category for category in found["categories"]}
    areas = areas_of(progress.area_stats if progress else {}, known)
    times, seconds, reports = studied(member_id)
    return {
        "member_id": member_id,
        "may_see": {
            name: user.has_perm(f"quizbank.view_{model}") for name, model in LINKED.items()
        },
        "progress": progress,
        "areas": areas,
        "weak": sum(1 for each in areas if each.is_weak),
        "performance": next(iter(found["performance"]), None),
        "sessions": found["sessions"],
        "streak": streak_of([each.day for each in days], today),
        "chart": chart_of(days, today),
        "study": {"times": times, "hours": seconds / 3_600},
        "reports": reports,
    }


def categories_of(member_id: UUID) -> RawSQL:
    """The keys of those that their progress names."""
    return RawSQL(  # no text of others
        "SELECT jsonb_object_keys(p.area_stats)::bigint FROM public.user_progress AS p"
        " WHERE p.user_id = %s",
        [member_id],
    )


def studied(member_id: UUID) -> tuple[int, int, int]:
    """Times, seconds; and how often they reported a problem."""
    with connection.cursor() as cursor:
        cursor.execute(STUDIED, {"member": member_id})
        times, seconds, reports = cursor.fetchone()
        return times, seconds, reports


def areas_of(stats: Mapping[str, Mapping[str, Any]], known: Mapping[int, Category]) -> list[Area]:
    """The weakest first, of equals that with more answers; without categories that went."""
    areas = [
        Area(category, row["answered"], row["correct"], float(row["accuracy"]))
        for key, row in stats.items()
        if (category := known.get(int(key)))
    ]
    return sorted(areas, key=lambda each: (each.accuracy, -each.answered, each.category.code))


def newest_sessions(member_id: UUID) -> QuerySet[AnyQuizSession]:
    """Uses index: quiz_session_of_member, quiz_archive_of_member."""
    sessions = AnyQuizSession.objects.filter(user=member_id).annotate(exam_code=F("exam__code"))
    return sessions.defer("question_ids", "revision_ids", "filters")[:SESSIONS]


def days_of(member_id: UUID) -> list[Day]:
    """Days with an answer, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(BY_DAY, {"member": member_id})
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
