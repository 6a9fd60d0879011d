"""What a learner's role tries with the reports and the progress of others."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from tests.assessments.roles import MEMBER, ask
from tests.quizbank.learning import learner, published, run

pytestmark = pytest.mark.django_db
OWNER_OF = {"problem_reports": "reporter_id", "user_progress": "user_id"}
REPORT = (
    "INSERT INTO problem_reports (question_id, reporter_id, reason, description)"
    " VALUES (%s, %s, 'error', 'The second choice is right.')"
)


@pytest.fixture
def bo() -> Iterator[UUID]:
    """Ada and Bo have a row in each table; whoever attacks changes none of them."""
    ada, bo = learner("Ada"), learner("Bo")
    question = published()[0]
    for member in (ada, bo):
        run(REPORT, question, member)
        run("INSERT INTO user_progress (user_id) VALUES (%s)", member)
    tables = [f"SELECT t::text FROM {table} AS t ORDER BY 1" for table in OWNER_OF]
    before = [run(table) for table in tables]
    yield bo
    assert [run(table) for table in tables] == before


def test_report_that_says_nothing_to_be_seen_is_refused() -> None:
    ada, question = learner("Ada"), published()[0]
    with pytest.raises(DatabaseError, match="report_says_something"), transaction.atomic():
        ask(
            MEMBER, ada, REPORT.replace("The second choice is right.", "\u200b" * 12), question, ada
        )


@pytest.mark.parametrize("table", OWNER_OF)
@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "SELECT {owner} FROM {table} FOR UPDATE",
        "UPDATE {table} SET {owner} = {owner}",
        "COPY {table} FROM PROGRAM 'true'",
        "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON {table} USING (true)",
        "DROP POLICY staff_all ON {table}",
        "CREATE TRIGGER mine BEFORE UPDATE ON {table} FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ],
)
def test_learners_change_no_row_and_no_rule(bo: UUID, table: str, attack: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
    ):
        ask(MEMBER, bo, attack.format(table=table, owner=OWNER_OF[table]))


@pytest.mark.parametrize("table", OWNER_OF)
def test_row_security_cannot_be_switched_off(bo: UUID, table: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL row_security = off")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            ask(MEMBER, bo, f"SELECT {OWNER_OF[table]} FROM {table}")
        cursor.execute("SET LOCAL row_security = on")


@pytest.mark.parametrize("table", OWNER_OF)
def test_a_condition_meets_no_row_of_others(bo: UUID, table: str) -> None:
    """The policy comes before whatever a query asks, however cheap that says it is."""
    owner = OWNER_OF[table]
    run(
        "CREATE FUNCTION public.peek(who uuid) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS"
        " $$ BEGIN RAISE EXCEPTION 'saw %%', who; END $$"
    )
    with pytest.raises(DatabaseError, match=f"saw {bo}"), transaction.atomic():
        ask(MEMBER, bo, f"SELECT 1 FROM {table} WHERE public.peek({owner})")
    with transaction.atomic():
        seen = f"SELECT 1 FROM {table} WHERE {owner} <> %s AND public.peek({owner})"
        assert ask(MEMBER, bo, seen, bo) == []


def test_a_report_in_the_name_of_another_says_nothing_about_theirs(bo: UUID) -> None:
    """Ada's open report and a free question get the same answer."""
    ((ada, question),) = run(
        "SELECT reporter_id, question_id FROM problem_reports WHERE reporter_id <> %s", bo
    )
    for key in (question, published(stem="Another one?")[0]):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            ask(MEMBER, bo, f"{REPORT} ON CONFLICT DO NOTHING", key, ada)


def test_progress_is_counted_and_not_claimed(bo: UUID) -> None:
    for attack in (
        "INSERT INTO user_progress (user_id, bonus) VALUES (uuidv7(), 1000000)",
        "UPDATE user_progress SET category_stats = '{}', total_correct = 1000",
        "INSERT INTO user_progress (user_id) SELECT user_id FROM user_progress"
        " ON CONFLICT (user_id) DO UPDATE SET bonus = 1000000",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            ask(MEMBER, bo, attack)
