"""Study time and interactions, as staff see them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizbank.activity import AROUND
from quizbank.models import ArchivedQuizSession, InteractionSummary, StudySession, UserInteraction
from tests.quizbank.learning import learner, plain_session, published, run, value
from tests.screens import visit_as

STUDIES, INTERACTIONS = "/admin/quizbank/studysession/", "/admin/quizbank/userinteraction/"
DAYS = "/admin/quizbank/interactionsummary/"


@pytest.fixture
def ada(db: None) -> UUID:
    return learner()


def studied(member: UUID, *, minutes: int | None = 30) -> UUID:
    return value(
        "INSERT INTO study_sessions (user_id, start_time, end_time, focus_time)"
        " VALUES (%s, now() - interval '1 hour',"
        " now() - interval '1 hour' + make_interval(mins => %s), 1500) RETURNING id",
        member,
        minutes,
    )


def done(member: UUID, action: str = "question_viewed", thing: str = "", **details: Any) -> UUID:
    return UserInteraction.objects.create(
        user_id=member,
        action_type=action,
        entity_type="question" if thing else "",
        entity_id=thing,
        details=details,
    ).pk


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(client: Client, address: str) -> set[UUID]:
    return {row.pk for row in client.get(address).context["cl"].result_list}


def test_study_time_filters_by_member_state_and_day(ada: UUID) -> None:
    client = visit_as("analysts")
    run("UPDATE members SET email = 'ada@example.org' WHERE id = %s", ada)
    ended, going = studied(ada), studied(learner("Bob"), minutes=None)

    assert listed(client, STUDIES) == {ended, going}
    assert listed(client, f"{STUDIES}?user_id={ada}") == {ended}
    assert listed(client, f"{STUDIES}?user_id=ADA@example.org") == {ended}
    assert listed(client, f"{STUDIES}?state=open") == {going}
    assert listed(client, f"{STUDIES}?state=ended") == {ended}
    assert listed(client, f"{STUDIES}?start_time_to=2020-01-31") == set()
    assert "as its id." in text_of(client, f"{STUDIES}?user_id=ada")


def test_study_time_shows_the_sessions_begun_in_it(ada: UUID) -> None:
    study = studied(ada)
    inside = plain_session(
        ada, started_at=value("SELECT now() - interval '50 minutes'"), status="abandoned",
        abandon_reason="left",
    )  # fmt: skip
    later = plain_session(ada)

    page = text_of(visit_as("ops"), f"{STUDIES}{study}/change/")

    assert str(inside) in page
    assert str(later) not in page
    for words in ("Ended", "after 30 min", "25 min", "Ada Lovelace"):
        assert words in page


def test_study_time_that_goes_on_says_so(ada: UUID) -> None:
    page = text_of(visit_as("ops"), f"{STUDIES}{studied(ada, minutes=None)}/change/")

    assert "Going on" in page
    assert "None." in page


def test_interactions_filter_by_member_action_and_thing(ada: UUID) -> None:
    client = visit_as("analysts")
    seen = done(ada, thing="Q 1/2 & 3")
    opened = done(learner("Bob"), "explanation_opened", thing="7", seconds=12)

    assert listed(client, INTERACTIONS) == {seen, opened}
    assert listed(client, f"{INTERACTIONS}?user_id={ada}") == {seen}
    assert listed(client, f"{INTERACTIONS}?action_type=explanation_opened") == {opened}
    assert listed(client, f"{INTERACTIONS}?entity_type=question&entity_id=7") == {opened}
    page = text_of(client, INTERACTIONS)
    assert "?entity_type=question&amp;entity_id=Q+1%2F2+%26+3" in page
    assert "{&quot;seconds&quot;: 12}" in page


def test_interactions_name_the_question_and_lead_to_it(ada: UUID) -> None:
    question, _ = published(stem="Which roast?")
    seen, gone = done(ada, thing=str(question)), done(ada, thing=str(uuid4()))
    client = visit_as("content")

    assert "Which roast?" in text_of(client, INTERACTIONS)
    address = f"/admin/quizbank/question/{question}/change/"
    assert address in text_of(client, f"{INTERACTIONS}{seen}/change/")
    assert "Which roast?" in text_of(client, f"{INTERACTIONS}{gone}/change/")


def test_interaction_stands_among_those_before_and_after_it(ada: UUID) -> None:
    keys = [done(ada, thing=str(number)) for number in range(AROUND * 2 + 4)]
    other = done(learner("Bob"))
    run("INSERT INTO user_interaction_summary (user_id, action_type, date, count)"
        " VALUES (%s, 'question_viewed', (now() AT TIME ZONE 'UTC')::date, 1234)", ada)  # fmt: skip
    middle = AROUND + 2

    page = text_of(visit_as("ops"), f"{INTERACTIONS}{keys[middle]}/change/")

    shown = {place for place, key in enumerate(keys) if f"/{key}/change/" in page}
    assert shown == set(range(2, len(keys) - 1)) - {middle}
    assert str(other) not in page
    assert "1,234" in page


def test_days_filter_by_member_action_and_day(ada: UUID) -> None:
    for member, action, day, count in (
        (ada, "question_viewed", "2020-05-07", 1234),
        (ada, "session_started", "2020-05-08", 2),
        (uuid4(), "question_viewed", "2020-05-09", 3),
    ):
        run("INSERT INTO user_interaction_summary (user_id, action_type, date, count)"
            " VALUES (%s, %s, %s, %s)", member, action, day, count)  # fmt: skip
    client = visit_as("analysts")

    def counts(query: str) -> list[int]:
        return [row.count for row in client.get(DAYS + query).context["cl"].result_list]

    assert counts("") == [3, 2, 1234]
    assert counts(f"?user_id={ada}") == [2, 1234]
    assert counts("?action_type=question_viewed") == [3, 1234]
    assert counts("?date_from=2020-05-08&date_to=2020-05-08") == [2]
    page = text_of(client, DAYS)
    assert "1,234" in page
    assert "Ada Lovelace" in page
    assert "Ada Lovelace" not in text_of(visit_as("content"), DAYS)


@pytest.mark.parametrize("address", [STUDIES, INTERACTIONS])
def test_content_staff_know_members_by_the_end_of_their_id(ada: UUID, address: str) -> None:
    row = studied(ada) if address == STUDIES else done(ada)
    client = visit_as("content")

    for page in (text_of(client, address), text_of(client, f"{address}{row}/change/")):
        assert "Ada Lovelace" not in page
        assert str(ada)[-8:] in page
    assert visit_as("moderators").get(address).status_code == 403


@pytest.mark.parametrize("address", [STUDIES, INTERACTIONS])
def test_one_that_is_not_there_leads_back(ada: UUID, address: str) -> None:
    assert visit_as("ops").get(f"{address}{uuid4()}/change/").status_code == 302


def test_list_of_a_member_reads_their_rows_by_index(ada: UUID) -> None:
    done(ada)
    client = visit_as("superuser")

    with CaptureQueriesContext(connection) as captured:
        client.get(f"{INTERACTIONS}?user_id={ada}")

    ordered = 'ORDER BY "user_interactions"."user_id" DESC'
    (page,) = (query["sql"] for query in captured if ordered in query["sql"])
    run("SET LOCAL enable_seqscan = off")
    plan = "\n".join(row[0] for row in run("EXPLAIN " + page.replace("%", "%%")))
    assert "interaction_of_member" in plan or "user_id_id_idx" in plan


def test_demo_has_activity_and_archived_sessions(db: None) -> None:
    for command in ("load_demo", "load_demo_members", "load_demo_answers"):
        call_command(command)

    assert ArchivedQuizSession.objects.count() >= 20
    assert StudySession.objects.filter(end_time=None).exists()
    assert InteractionSummary.objects.exists()
    assert {"question_viewed", "explanation_opened", "session_started", "session_completed"} == set(
        UserInteraction.objects.values_list("action_type", flat=True).distinct()
    )
