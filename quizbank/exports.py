"""What of the question bank can be taken out as files."""

from __future__ import annotations

from ops.registry import Export, ExportFilter, columns_of

EXAMS = "SELECT id::text, code || ': ' || title FROM public.exams ORDER BY code"
MEMBER = "SELECT id::text FROM public.members WHERE id::text = lower({value})"


def exam(condition: str) -> ExportFilter:
    return ExportFilter("exam", "Exam", condition, choices=EXAMS)


def member(column: str) -> ExportFilter:
    return ExportFilter(
        "member", "Member", f"{column} = {{value}}::uuid", find=MEMBER, help="The member's id."
    )


OF_EXAM = (
    "EXISTS (SELECT FROM public.question_exams AS x"
    " WHERE x.question_id = {0} AND x.exam_id = {{value}}::bigint)"
)

EXPORTS = (
    Export(
        "questions",
        "Questions",
        "The working copy of every question with its choices, exams and categories, and how it"
        " does. For files that an import reads back, choose questions in their list.",
        area="bank",
        permission="quizbank.view_question",
        source="public.questions AS q LEFT JOIN public.subjects AS s ON s.id = q.subject_id"
        " LEFT JOIN public.question_difficulty AS d ON d.question_id = q.id",
        columns={
            **columns_of("q", "id created_at updated_at external_id kind status difficulty stem"),
            **columns_of("q", "explanation tags is_premium is_user_generated media"),
            "subject": "s.code",
            "exams": "ARRAY(SELECT e.code FROM public.question_exams AS x"
            " JOIN public.exams AS e ON e.id = x.exam_id WHERE x.question_id = q.id"
            " ORDER BY e.code)",
            "categories": "ARRAY(SELECT c.code FROM public.question_categories AS x"
            " JOIN public.categories AS c ON c.id = x.category_id WHERE x.question_id = q.id"
            " ORDER BY x.is_primary DESC, c.code)",
            "choices": "(SELECT jsonb_agg(jsonb_build_object('id', c.id, 'text', c.text,"
            " 'is_correct', c.is_correct, 'feedback', c.feedback) ORDER BY c.position)"
            " FROM public.choices AS c WHERE c.question_id = q.id)",
            **columns_of("d", "attempt_count correct_count average_time success_rate"),
            **columns_of("q", "item_facility item_discrimination item_flags"),
        },
        key="q.id",
        table="questions",
        made="q.id",
        filters=(exam(OF_EXAM.format("q.id")),),
        in_warehouse=True,
    ),
    Export(
        "categories",
        "Categories",
        "The tree of categories, each with its exam and the one above it.",
        area="bank",
        permission="quizbank.view_category",
        source="public.categories AS c LEFT JOIN public.exams AS e ON e.id = c.exam_id",
        columns={"exam": "e.code", **columns_of("c", "id kind code name position parent_id")},
        key="c.id",
        table="categories",
        filters=(exam("c.exam_id = {value}::bigint"),),
        in_warehouse=True,
    ),
    Export(
        "lightning_questions",
        "Lightning round questions",
        "All lightning round questions with their answers.",
        area="bank",
        permission="quizbank.view_lightningquestion",
        source="public.lightning_round_questions AS l",
        columns=columns_of(
            "l",
            "id question correct_answer accepted_answers explanation question_type difficulty"
            " is_active created_at",
        ),
        key="l.id",
        table="lightning_round_questions",
    ),
    Export(
        "answers",
        "Answers",
        "Every answer of every quiz session, with what was chosen and how long it took."
        " What was typed counts as personal.",
        area="bank",
        permission="quizbank.view_answer",
        source="public.answers AS a",
        columns=columns_of(
            "a",
            "id answered_at session_id user_id question_id revision_id status is_correct"
            " choice_ids given_text time_ms",
        ),
        personal=frozenset({"given_text"}),
        key="a.id",
        table="answers",
        made="a.id",
        # As its table is partitioned, and archived.
        month="a.session_id",
        member="user_id",
        filters=(
            exam(
                "a.session_id IN (SELECT s.id FROM public.all_quiz_sessions AS s"
                " WHERE s.exam_id = {value}::bigint)"
            ),
            member("a.user_id"),
        ),
        in_warehouse=True,
    ),
    Export(
        "quiz_sessions",
        "Quiz sessions",
        "Every quiz session, those of the archive too: exam, mode, times, counts and score.",
        area="bank",
        permission="quizbank.view_anyquizsession",
        source="public.all_quiz_sessions AS s LEFT JOIN public.exams AS e ON e.id = s.exam_id",
        columns={
            **columns_of("s", "id created_at user_id"),
            "exam": "e.code",
            **columns_of("s", "mode question_mode status question_count time_limit started_at"),
            **columns_of("s", "last_activity_at completed_at abandon_reason answered_count"),
            **columns_of("s", "correct_count skipped_count score is_archived"),
        },
        key="s.id",
        table="quiz_sessions",
        made="s.id",
        member="user_id",
        filters=(exam("s.exam_id = {value}::bigint"), member("s.user_id")),
        in_warehouse=True,
    ),
    Export(
        "problem_reports",
        "Problem reports",
        "What learners reported about questions, and what became of it. Who reported, and the text,"
        " count as personal.",
        area="bank",
        permission="quizbank.view_problemreport",
        source="public.problem_reports AS r",
        columns=columns_of(
            "r",
            "id created_at question_id revision_id reporter_id reason description state"
            " admin_comment resolved_at",
        ),
        personal=frozenset({"reporter_id", "description"}),
        key="r.id",
        table="problem_reports",
        made="r.id",
        member="reporter_id",
        filters=(exam(OF_EXAM.format("r.question_id")),),
    ),
    Export(
        "study_sessions",
        "Study time",
        "How long members studied, and paused.",
        area="bank",
        permission="quizbank.view_studysession",
        source="public.study_sessions AS s",
        columns=columns_of(
            "s",
            "id created_at user_id start_time end_time focus_time break_time questions_attempted",
        ),
        key="s.id",
        table="study_sessions",
        made="s.id",
        member="user_id",
        filters=(member("s.user_id"),),
        in_warehouse=True,
    ),
    Export(
        "interactions",
        "Interactions",
        "What members did in the apps, step by step, of the last 90 days. Its details count as"
        " personal.",
        area="bank",
        permission="quizbank.view_userinteraction",
        source="public.user_interactions AS i",
        columns=columns_of("i", "id created_at user_id action_type entity_type entity_id details"),
        personal=frozenset({"details"}),
        key="i.id",
        table="user_interactions",
        made="i.id",
        member="user_id",
        filters=(member("i.user_id"),),
        in_warehouse=True,
    ),
    Export(
        "learner_facts",
        "Learners",
        "One row a member, for analysis: level, questions, accuracy, sessions and average score.",
        area="members",
        permission="quizbank.view_userprogress",
        source="public.members AS m LEFT JOIN public.user_progress AS p ON p.user_id = m.id"
        " CROSS JOIN LATERAL (SELECT count(*) AS total_sessions, round(avg(score), 2) AS avg_score"
        " FROM public.all_quiz_sessions AS s WHERE s.user_id = m.id) AS s",
        columns={
            "user_id": "m.id",
            "user_created": "m.created_at",
            **columns_of("p", "level total_questions accuracy"),
            **columns_of("s", "total_sessions avg_score"),
        },
        key="m.id",
        table="members",
        at="m.created_at",
        member="user_id",
        in_warehouse=True,
    ),
)
