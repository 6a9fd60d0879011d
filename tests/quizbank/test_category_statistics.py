"""The materialized view of active questions by exam and category."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ops.models import Run, ViewState, ViewStatus
from quizbank.models import CategoryStatistic, Question
from tests.quizbank.learning import learner, published, run, value

SEED = """
    SELECT e.code, c.code, count(*),
        count(*) FILTER (WHERE q.is_premium), count(*) FILTER (WHERE q.is_user_generated)
    FROM questions q
    JOIN question_exams qe ON q.id = qe.question_id
    JOIN exams e ON qe.exam_id = e.id
    JOIN question_categories qc ON q.id = qc.question_id
    JOIN categories c ON qc.category_id = c.id
    WHERE q.status = 'active'
    GROUP BY e.code, c.code
    ORDER BY e.code, c.code
"""
COLUMNS = (
    "exam_code",
    "category_code",
    "total_questions",
    "premium_questions",
    "user_questions",
)


def execute(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_function_refreshes_the_view_and_the_ledger_knows(bank: None) -> None:
    Question.objects.filter(external_id="NET-001").update(is_premium=True, is_user_generated=True)
    execute("SELECT refresh_category_statistics()")

    rows = list(CategoryStatistic.objects.values_list(*COLUMNS))
    assert rows == execute(SEED)
    assert rows
    assert any(row[3:] == (1, 1) for row in rows)
    run = Run.objects.filter(operation="refresh", target="category_statistics").latest("id")
    assert (run.status, run.result) == ("completed", f"{len(rows)} rows.")
    view = ViewStatus.objects.get(pk="category_statistics")
    assert (view.is_stale, view.row_count, view.obstacle) == (False, len(rows), None)
    assert view.last_refresh_by == connection.settings_dict["USER"]


def test_question_in_two_categories_of_one_code_counts_once(bank: None) -> None:
    execute("""
        WITH shared AS (
            INSERT INTO categories (exam_id, kind, code, name, position)
            SELECT NULL, 'topic', c.code, 'Shared', 0 FROM question_categories AS qc
            JOIN categories AS c ON c.id = qc.category_id
            JOIN questions AS q ON q.id = qc.question_id WHERE q.external_id = 'NET-001'
            RETURNING id
        )
        INSERT INTO question_categories (question_id, category_id, is_primary)
        SELECT q.id, shared.id, false FROM questions AS q, shared WHERE q.external_id = 'NET-001'
    """)
    before = sum(row[2] for row in execute(SEED))

    execute("SELECT refresh_category_statistics()")

    assert sum(CategoryStatistic.objects.values_list("total_questions", flat=True)) == before - 1


def test_how_questions_do_is_summed_once_a_question(db: None) -> None:
    """Of three: answered well, answered badly and flagged, never answered and reported."""
    ada, bo = learner("Ada"), learner("Bo")
    (exam,) = execute("INSERT INTO exams (code, title, description) VALUES ('E', 'E', '')"
                      " RETURNING id")[0]  # fmt: skip
    own = place_in("OSPF", exam)
    shared = place_in("OSPF", None)
    good, bad, fresh = (published(stem=f"Question {n}?")[0] for n in range(3))
    for question in (good, bad, fresh):
        run("INSERT INTO question_exams (question_id, exam_id) VALUES (%s, %s)", question, exam)
        for category, primary in ((own, True), (shared, False)):
            run("INSERT INTO question_categories (question_id, category_id, is_primary)"
                " VALUES (%s, %s, %s)", question, category, primary)  # fmt: skip
    for question, correct, seconds in ((good, 8, 10), (bad, 1, 20)):
        run("INSERT INTO question_difficulty (question_id, attempt_count, correct_count,"
            " total_time_ms, timed_count) VALUES (%s, 10, %s, %s, 10)",
            question, correct, seconds * 10_000)  # fmt: skip
    run("UPDATE questions SET answered = true WHERE id = ANY (%s)", [good, bad])
    run("UPDATE questions SET item_flags = '{very_hard}' WHERE id = %s", bad)
    run("INSERT INTO problem_reports (question_id, reporter_id, reason, description)"
        " SELECT %s, unnest(%s), 'error', 'It is wrong'", fresh, [ada, bo])  # fmt: skip
    for member, categories in ((ada, [own, shared]), (bo, [own])):
        stats = {each: {"answered": 1, "correct": 1, "accuracy": 100} for each in categories}
        run("INSERT INTO user_progress (user_id, area_stats) VALUES (%s, %s)",
            member, json.dumps(stats))  # fmt: skip

    execute("SELECT refresh_category_statistics()")

    row = CategoryStatistic.objects.get()
    assert (row.total_questions, row.unanswered_questions, row.flagged_questions) == (3, 1, 1)
    assert (row.reported_questions, row.attempts, row.members) == (1, 20, 2)
    assert (str(row.accuracy), row.average_time) == ("45.00", 15)


def place_in(code: str, exam: object) -> int:
    return value(
        "INSERT INTO categories (exam_id, kind, code, name, position)"
        " VALUES (%s, 'topic', %s, %s, 0) RETURNING id",
        exam,
        code,
        code,
    )


def test_others_may_neither_read_nor_refresh_it(db: None) -> None:
    has = "SELECT has_function_privilege('public', %s, 'execute')"
    with connection.cursor() as cursor:
        for function in ("refresh_category_statistics()", "refresh_view(text, text, boolean)"):
            cursor.execute(has, [f"public.{function}"])
            assert cursor.fetchone() == (False,)
        cursor.execute("SELECT has_table_privilege('public', 'category_statistics', 'select')")
        assert cursor.fetchone() == (False,)


# --- The command ---------------------------------------------------------------------------------
@pytest.fixture
def committed_bank(transactional_db: None) -> None:
    call_command("load_demo")


def test_command_refreshes_and_says_how_many_rows(
    committed_bank: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("refresh", "category_statistics")

    rows = CategoryStatistic.objects.count()
    assert capsys.readouterr().out == f"category_statistics: {rows} rows.\n"


def test_command_leaves_fresh_views_out(
    committed_bank: None, capsys: pytest.CaptureFixture[str]
) -> None:
    ViewState.objects.update(refreshed_at=None)
    call_command("refresh", "--if-stale", "--json")
    runs = json.loads(capsys.readouterr().out)["runs"]
    call_command("refresh", "--if-stale", "--json")

    assert runs["category_statistics"]["status"] == "completed"
    assert {run["status"] for run in runs.values()} == {"completed"}
    answer = json.loads(capsys.readouterr().out)
    assert (answer["runs"], set(answer["fresh"])) == ({}, set(runs))


def test_command_refuses_unknown_views_and_blocking_without_a_name(db: None) -> None:
    with pytest.raises(CommandError, match=r"No app declares .* nothing") as unknown:
        call_command("refresh", "nothing")
    with pytest.raises(CommandError, match="Name the views") as nameless:
        call_command("refresh", "--blocking")

    assert (unknown.value.returncode, nameless.value.returncode) == (2, 2)


def test_command_fails_with_the_reason(committed_bank: None) -> None:
    execute("DROP INDEX idx_cat_stats")
    try:
        with pytest.raises(CommandError, match="no unique index") as failed:
            call_command("refresh", "category_statistics")
        call_command("refresh", "category_statistics", "--blocking")
    finally:
        execute(
            "CREATE UNIQUE INDEX idx_cat_stats ON category_statistics (exam_code, category_code)"
        )

    assert failed.value.returncode == 1
