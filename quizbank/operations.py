from __future__ import annotations

from datetime import timedelta

from ops.registry import (
    Every,
    MaterializedView,
    Operation,
    PartitionedTable,
    PersonalData,
    Schedule,
    register,
)

register(
    Operation(
        "discard_old_previews",
        "Discard old import previews",
        work="quizbank.jobs.discard_old_previews",
        permission="ops.change_run",
        priority="low",
        about="Drops the files of previews that nobody confirmed within a week.",
    ),
    Schedule("discard-old-previews", "discard_old_previews", Every(timedelta(hours=1))),
    MaterializedView(
        "category_statistics",
        "Category statistics",
        model="quizbank.CategoryStatistic",
        reads=("questions", "question_exams", "exams", "question_categories", "categories"),
        stale_after=timedelta(minutes=30),
    ),
    Schedule(
        "refresh-category-statistics",
        "refresh",
        Every(timedelta(minutes=15)),
        target="category_statistics",
    ),
    # By the month in which their session began.
    PartitionedTable("answers", model="quizbank.Answer", period="month", ahead=3, keep_months=24),
    PartitionedTable(
        "user_interactions",
        model="quizbank.UserInteraction",
        period="month",
        ahead=3,
        # 90 days and more: a partition goes when its last day is three months old.
        keep_months=3,
    ),
)

KEPT_WITHOUT_NAME = "What a question's statistics are made of, kept without a name."
register(
    PersonalData("study_sessions", "Study time", "user_id"),
    PersonalData("user_interactions", "Interactions", "user_id"),
    PersonalData("user_interaction_summary", "Interactions by day", "user_id"),
    PersonalData("user_progress", "Progress", "user_id"),
    PersonalData("performance_summaries", "Performance", "user_id"),
    PersonalData("answers_set_aside", "Messages set aside", "user_id"),
    PersonalData(
        "answers",
        "Answers",
        "user_id",
        "blank",
        columns={"given_text": None},
        reason=f"{KEPT_WITHOUT_NAME} What was typed is blanked.",
    ),
    PersonalData("quiz_sessions", "Quiz sessions", "user_id", "keep", reason=KEPT_WITHOUT_NAME),
    PersonalData(
        "quiz_session_archive",
        "Archived quiz sessions",
        "user_id",
        "keep",
        reason=KEPT_WITHOUT_NAME,
    ),
)
