from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from ops.registry import (
    Board,
    Cache,
    Daily,
    Every,
    MaterializedView,
    Operation,
    Parameter,
    PartitionedTable,
    PersonalData,
    PersonSection,
    Schedule,
    register,
)
from quizbank.alerts import RULES
from quizbank.exports import EXPORTS

register(
    Operation(
        "discard_old_previews",
        "Discard old import previews",
        work="quizbank.jobs.discard_old_previews",
        permission="ops.change_run",
        priority="low",
        about="Drops the files of previews that nobody confirmed within a week.",
    ),
    Cache(
        "category-tree",
        "Counts of the category trees",
        lifetime=timedelta(hours=1),
        tags=("questions", "question_categories", "categories"),
        key=("exam_id",),
        about="How many questions stand in each combination of an exam's categories.",
    ),
    Cache(
        "question-counts",
        "Questions of exams and subjects",
        lifetime=timedelta(hours=1),
        tags=("questions", "question_exams"),
        key=("group",),
        about="How many questions each exam, or each subject, has, and how many are active.",
    ),
    Cache(
        "question-status",
        "Questions by status",
        lifetime=timedelta(hours=1),
        tags=("questions",),
        key=("status",),
        about="How many questions are active, drafts or in review, for the start page.",
    ),
    Cache(
        "tags-in-use",
        "Tags of questions",
        lifetime=timedelta(hours=1),
        tags=("questions",),
        key=("limit",),
        about="The most used tags of the questions that were edited last, for lists and forms.",
    ),
    Cache(
        "analysts-dashboard",
        "Start page of analysts",
        lifetime=timedelta(minutes=1),
        about="Activity, boards and counts: some hundredths of a second of the database.",
    ),
    Schedule("discard-old-previews", "discard_old_previews", Every(timedelta(hours=1))),
    MaterializedView(
        "category_statistics",
        "Category statistics",
        model="quizbank.CategoryStatistic",
        reads=(
            "questions",
            "question_exams",
            "exams",
            "question_categories",
            "categories",
            "question_difficulty",
            "user_progress",
            "problem_reports",
        ),
        stale_after=timedelta(minutes=30),
    ),
    Schedule(
        "refresh-category-statistics",
        "refresh",
        Every(timedelta(minutes=15)),
        target="category_statistics",
    ),
    Operation(
        "rebuild_pools",
        "Rebuild question pools",
        work="quizbank.pools.rebuild_pools",
        permission="quizbank.rebuild_questionpool",
        target_type="questionpool",
        about="Sorts the published questions into their pools by use, and shuffles them.",
    ),
    Schedule("rebuild-pools", "rebuild_pools", Daily(time(2, 30)), target="all"),
    Schedule(
        "rebuild-changed-pools",
        "rebuild_pools",
        Every(timedelta(minutes=5)),
        target="changed",
        catch_up="skip",
    ),
    # By the month in which their session began.
    PartitionedTable(
        "answers",
        model="quizbank.Answer",
        period="month",
        ahead=3,
        keep_months=24,
        before_archive="quizbank.intake.keeping.keep_counts",
    ),
    PartitionedTable(
        "user_interactions",
        model="quizbank.UserInteraction",
        period="month",
        ahead=3,
        # 90 days and more: a partition goes when its last day is three months old.
        keep_months=3,
        before_archive="quizbank.intake.keeping.prove_summary",
    ),
)

IMPORTS: dict[str, Any] = {
    "permission": "quizbank.import_question",
    "target_type": "importbatch",
    "priority": "high",
    "timeout": timedelta(hours=1),
}
register(
    Operation(
        "read_import",
        "Read a large import",
        work="quizbank.imports.read",
        about="Compares the file with the bank, for its preview. Nothing is imported.",
        **IMPORTS,
    ),
    Operation(
        "confirm_import",
        "Import a large file",
        work="quizbank.imports.confirm",
        parameters=(Parameter("publish", "Publish at once", kind="yes_no"),),
        about="All of it in one transaction: cancelled or broken off, it leaves nothing.",
        **IMPORTS,
    ),
    Operation(
        "undo_import",
        "Undo a large import",
        work="quizbank.imports.undo",
        about="Takes back what nobody touched since, in one transaction.",
        **IMPORTS,
    ),
)

KEPT_WITHOUT_NAME = "What a question's statistics are made of, kept without a name."
register(
    PersonalData("study_sessions", "Study time", "user_id"),
    PersonalData("user_interactions", "Interactions", "user_id"),
    PersonalData("user_interaction_summary", "Interactions by day", "user_id"),
    PersonalData("user_progress", "Progress", "user_id"),
    PersonalData("performance_summaries", "Performance", "user_id"),
    PersonalData("archived_member_counts", "Counts of archived answers", "user_id"),
    PersonalData("archived_day_counts", "Days of archived answers", "user_id"),
    # What is left without the text and the name says little; decisions stay in the action log.
    PersonalData("problem_reports", "Problem reports", "reporter_id"),
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

register(
    Operation(
        "count_answers",
        "Count new answers",
        work="quizbank.jobs.count_answers",
        permission="ops.change_run",
        about="Brings the figures of questions and members up to date. The intake process does it"
        " all the time; this is for when it does not run.",
    ),
    Schedule("count-answers", "count_answers", Every(timedelta(minutes=5)), catch_up="skip"),
    Operation(
        "recount_answers",
        "Recount all answers",
        work="quizbank.jobs.recount_answers",
        permission="ops.change_run",
        priority="low",
        timeout=timedelta(hours=1),
        parameters=(
            Parameter(
                "repair", "Write what differs", kind="yes_no", help="Otherwise it only reports."
            ),
        ),
        about="Counts every answer from scratch, and compares that with the figures.",
    ),
    Operation(
        "close_expired_sessions",
        "Close expired quiz sessions",
        work="quizbank.jobs.close_expired_sessions",
        permission="ops.change_run",
        about="Completes the sessions whose time is over as they stand; those without an answer are"
        " abandoned.",
    ),
    Schedule(
        "close-expired-sessions",
        "close_expired_sessions",
        Every(timedelta(minutes=5)),
        catch_up="skip",
    ),
    Operation(
        "archive_sessions",
        "Archive old quiz sessions",
        work="quizbank.jobs.archive_sessions",
        permission="ops.change_run",
        priority="low",
        about="Moves the sessions that were completed more than 30 days ago into the archive"
        " table, with their ids. Pages and figures read both.",
    ),
    Schedule("archive-sessions", "archive_sessions", Daily(time(3, 20))),
    Operation(
        "summarise_interactions",
        "Summarise interactions",
        work="quizbank.jobs.summarise_interactions",
        permission="ops.change_run",
        priority="low",
        timeout=timedelta(hours=1),
        about="Counts what members did by day, and orders the archive of the months that ended"
        " more than 90 days ago.",
    ),
    Schedule("summarise-interactions", "summarise_interactions", Daily(time(3, 40))),
)

register(
    Operation(
        "compute_item_statistics",
        "Compute item statistics",
        work="quizbank.item_statistics.compute",
        permission="quizbank.compute_itemstatistic",
        target_type="itemstatistic",
        timeout=timedelta(minutes=30),
        parameters=(
            Parameter("exam", "Exam", kind="number", help="Its id: all its questions."),
            Parameter("question", "Question", help="Its id: all its revisions."),
        ),
        about="How each revision does as a test item: of an exam, of a question, or what was met"
        " in sessions completed since the last time.",
    ),
    Schedule(
        "compute-item-statistics",
        "compute_item_statistics",
        Every(timedelta(hours=1)),
        target="answered",
    ),
)

register(
    Operation(
        "find_similar_questions",
        "Find similar questions",
        work="quizbank.jobs.find_similar_questions",
        permission="quizbank.compare_questionsimilarity",
        target_type="questionsimilarity",
        priority="low",
        timeout=timedelta(minutes=30),
        parameters=(
            Parameter(
                "percent",
                "Likeness in percent",
                kind="number",
                help="50 to 100; 60 unless told otherwise. A smaller one compares all again.",
            ),
        ),
        about="Compares the questions whose stem changed since with the whole bank.",
    ),
    Schedule("find-similar-questions", "find_similar_questions", Every(timedelta(hours=1))),
)

register(
    MaterializedView(
        "user_daily_stats",
        "Members by day",
        model="quizbank.UserDailyStat",
        reads=("answers", "archived_day_counts"),
        stale_after=timedelta(hours=26),
    ),
    # After midnight UTC, when the day is whole; pages add what came since.
    Schedule("refresh-user-daily-stats", "refresh", Daily(time(0, 20)), target="user_daily_stats"),
    PersonalData(
        "user_daily_stats",
        "Days of learning",
        "user_id",
        "keep",
        reason="Counts by id, until the refresh that follows.",
    ),
    Board("practice", "Practice", "quizbank_practicestanding_changelist"),
    PersonSection(
        "learning",
        "Learning",
        permission="quizbank.view_userprogress",
        view="quizbank.learning.section",
        template="admin/quizbank/member/learning.html",
        export="quizbank.learning.exported",
        position=40,
    ),
)

register(*EXPORTS, *RULES)
