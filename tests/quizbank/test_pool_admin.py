"""The screens of the pools: what they say, to whom, and that a draw on trial writes nothing."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ops.models import Run
from quizbank.models import QuestionPool
from tests.quizbank.learning import learner, plain_session, run, value
from tests.quizbank.stock import category, exam, met, rebuild, stocked
from tests.screens import visit_as

pytestmark = pytest.mark.django_db

LIST = "/admin/quizbank/questionpool/"


@pytest.fixture
def topic() -> int:
    return category("OSPF", category("ROUTING"))


@pytest.fixture
def content() -> Client:
    return visit_as("content")


def text(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


# --- The list ------------------------------------------------------------------------------------
def test_an_empty_stock_says_what_fills_it(content: Client) -> None:
    assert "No pool yet" in text(content, LIST)


def test_the_list_says_what_there_is_and_what_is_short(content: Client, topic: int) -> None:
    stocked(3, topic=topic, difficulty="hard", uses=2)
    stocked(12, topic=topic)
    rebuild()
    page = text(content, f"{LIST}?asks=10")
    assert "<strong>15</strong> published questions in <strong>2</strong> pools" in page
    assert "Nothing has changed since" in page
    assert "7 short" in page
    assert "Enough" in page
    short = text(content, f"{LIST}?asks=10&short=yes")
    assert "7 short" in short
    assert "/change/" in short
    assert "Enough</span>" not in short
    assert "7 short" not in text(content, f"{LIST}?asks=3")
    assert "97 short" in text(content, f"{LIST}?asks=100")


@pytest.mark.parametrize(
    "query",
    [
        "asks=0",
        "asks=-1",
        "asks=x",
        "asks=99999999999",
        "asks=%C2%B2",
        "exam=x",
        "exam=99999999999999999999",
        "system=x",
        "short=x",
        "o=1.2.3.4.5.6.7",
    ],
)
def test_odd_addresses_are_no_fault(content: Client, topic: int, query: str) -> None:
    stocked(1, topic=topic)
    rebuild()
    assert content.get(f"{LIST}?{query}").status_code in (200, 302)
    assert content.get(f"{LIST}shortages/?{query}").status_code == 200
    assert content.get(f"{LIST}draw/?{query}").status_code == 200


def test_what_waits_is_marked(content: Client, topic: int) -> None:
    (question, *_) = stocked(2, topic=topic)
    rebuild()
    run("UPDATE questions SET status = 'retired' WHERE id = %s", question)
    page = text(content, LIST)
    assert "1 waits</span> for a rebuild, the first changed " in page
    assert "changed since" in page


def test_an_old_pool_is_marked(content: Client) -> None:
    stocked(1)
    rebuild()
    run("UPDATE question_pools SET refreshed_at = now() - interval '27 hours'")
    assert ">late<" in text(content, LIST)


def test_an_exam_has_pools_of_its_own(content: Client, topic: int) -> None:
    net = exam("NET")
    stocked(2, topic=topic, exams=(net,))
    stocked(5, topic=topic)
    rebuild()
    assert "3 short" in text(content, f"{LIST}?asks=10")
    assert "8 short" in text(content, f"{LIST}?asks=10&exam={net}")


def asked_for(count: int, **filters: object) -> None:
    plain_session(learner(), count, filters=json.dumps(filters))


def test_short_is_what_sessions_would_not_get(content: Client, topic: int) -> None:
    """Three hard ones alone are too few for sessions of ten; the easy ones nobody draws alone."""
    other = category("BGP", value("SELECT parent_id FROM categories WHERE id = %s", topic))
    stocked(3, topic=topic, difficulty="hard")
    stocked(2, topic=topic)
    stocked(4, topic=other)
    rebuild()
    assert "nothing is short" in text(content, LIST)
    assert text(content, LIST).count("Not asked for") == 3

    for _ in range(3):
        asked_for(10, topic=topic, difficulty="hard")
    asked_for(3, topic=topic, difficulty="hard")

    page = text(content, LIST)
    assert "most often 10: measured by 4 sessions" in page
    assert "7 short" in page
    assert page.count("Not asked for") == 2
    assert text(content, f"{LIST}?short=yes").count("/change/") == 1
    assert text(content, f"{LIST}?short=no").count("/change/") == 2
    asked_for(10, topic=topic)
    assert "5 short" in text(content, LIST)
    asked_for(10)
    assert text(content, LIST).count("Not asked for") == 0


def test_an_exams_sessions_measure_its_own_pools(content: Client, topic: int) -> None:
    net = exam("NET")
    stocked(2, topic=topic, exams=(net,))
    stocked(20, topic=topic)
    rebuild()
    asked_for(10, exam=net, topic=topic)
    assert "8 short" in text(content, f"{LIST}?exam={net}")
    assert "8 short in NET" in text(content, LIST)


def test_a_pool_leads_to_its_questions(content: Client, topic: int) -> None:
    inside, outside = stocked(2, topic=topic), stocked(1)
    rebuild()
    pool = QuestionPool.objects.get(topic=topic)
    page = text(content, f"/admin/quizbank/question/?pool={pool.pk}")
    assert all(str(key) in page for key in inside)
    assert str(outside[0]) not in page
    facts = text(content, f"{LIST}{pool.pk}/change/")
    assert "Never answered" in facts
    assert f"?pool={pool.pk}" in facts
    assert content.get("/admin/quizbank/question/?pool=99999999999999999999").status_code == 200


def test_a_page_of_a_pool_that_is_gone_leads_to_the_list(content: Client) -> None:
    for key in ("0", "x", "99999999999999999999"):
        assert content.get(f"{LIST}{key}/change/").status_code == 302


# --- Shortages -----------------------------------------------------------------------------------
def test_shortages_name_the_topic_and_its_counts(content: Client, topic: int) -> None:
    stocked(3, topic=topic, difficulty="hard")
    stocked(12, topic=topic)
    category("EMPTY", value("SELECT parent_id FROM categories WHERE id = %s", topic))
    rebuild()
    page = text(content, f"{LIST}shortages/")
    assert "<strong>2</strong> of 2 topics have fewer than 10" in page
    assert f'title="10 are asked for"><a href="/admin/quizbank/question/?category={topic}' in page
    assert "EMPTY" in page
    run("UPDATE categories SET code = 'FULL' WHERE code = 'EMPTY'")
    assert "FULL" in text(content, f"{LIST}shortages/?asks=1")


def test_shortages_ask_as_much_for_many_topics_as_for_one(content: Client, topic: int) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            text(content, f"{LIST}shortages/?all=on")
        return len(captured)

    stocked(1, topic=topic)
    rebuild()
    queries()
    few = queries()
    root = value("SELECT parent_id FROM categories WHERE id = %s", topic)
    for n in range(20):
        stocked(1, topic=category(f"T{n}", root))
    rebuild()
    assert queries() == few


# --- Rebuild -------------------------------------------------------------------------------------
@pytest.mark.parametrize("target", ["all", "changed"])
def test_content_staff_rebuild_through_the_ledger(content: Client, target: str) -> None:
    answer = content.post(f"{LIST}rebuild/", {"target": target})
    started = Run.objects.get(operation="rebuild_pools")
    assert (started.target, started.status) == (target, "pending")
    assert answer["Location"] == f"/admin/ops/run/{started.pk}/change/"
    assert content.get(answer["Location"]).status_code == 200
    content.post(f"{LIST}rebuild/", {"target": target})
    assert Run.objects.filter(operation="rebuild_pools").count() == 1


def test_a_rebuild_is_no_matter_of_a_link(content: Client) -> None:
    assert content.get(f"{LIST}rebuild/").status_code == 405
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("role", "sees", "rebuilds"),
    [
        ("content", True, True),
        ("ops", True, False),
        ("analysts", True, False),
        ("moderators", False, False),
    ],
)
def test_who_sees_and_who_rebuilds(role: str, sees: bool, rebuilds: bool) -> None:
    client = visit_as(role)
    for part in ("", "shortages/", "draw/"):
        assert client.get(f"{LIST}{part}").status_code == (200 if sees else 403)
    assert client.post(f"{LIST}rebuild/").status_code == (302 if rebuilds else 403)
    if sees:
        assert ("Rebuild all" in text(client, LIST)) == rebuilds


# --- A draw on trial -----------------------------------------------------------------------------
@pytest.fixture
def ada() -> UUID:
    member = learner("Ada")
    run("UPDATE members SET email = 'ada@example.org' WHERE id = %s", member)
    return member


@pytest.fixture
def sees_members() -> Client:
    return visit_as("ops")


def everything() -> list[tuple[object, ...]]:
    tables = ("quiz_sessions", "answers", "question_pools", "waiting_question_pools", "questions")
    return [run(f"SELECT count(*), max(xmin::text::bigint) FROM {each}")[0] for each in tables]


def test_a_draw_says_why_and_writes_nothing(sees_members: Client, ada: UUID, topic: int) -> None:
    old, new = stocked(1, topic=topic, uses=5), stocked(1, topic=topic)
    rebuild()
    met(ada, old, days_ago=3)
    before = everything()
    query = f"pattern=filter&count=5&category={topic}&member=ADA@example.org"
    page = text(sees_members, f"{LIST}draw/?{query}")
    assert everything() == before
    assert "2 of 5 drawn" in page
    assert "2 published questions match." in page
    assert "met 3 days ago" in page
    assert "not met lately, never answered" in page
    assert page.index(str(new[0])) < page.index(str(old[0]))


def test_an_adaptive_draw_shows_its_band(sees_members: Client, ada: UUID) -> None:
    stocked(1, success=50)
    rebuild()
    page = text(sees_members, f"{LIST}draw/?pattern=adaptive&count=1&member={ada}")
    assert "Success rate from 40 to 70 %: unmoved" in page


def test_a_draw_of_weak_areas_names_them(sees_members: Client, ada: UUID, topic: int) -> None:
    stocked(2, topic=topic)
    rebuild()
    run(
        "INSERT INTO user_progress (user_id, area_stats) VALUES (%s, %s)",
        ada,
        json.dumps({topic: {"accuracy": 10}}),
    )
    page = text(sees_members, f"{LIST}draw/?pattern=weak_areas&count=1&member={ada}")
    assert "1 weak area, under 60 % right:</p>" in page
    assert "OSPF" in page
    assert "1 of 1 drawn" in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("pattern=filter&count=5&member=nobody@example.org", "No member has this e-mail or id."),
        ("pattern=filter&count=0", "greater than or equal to 1"),
        ("pattern=filter&count=101", "less than or equal to 100"),
        ("pattern=chosen&count=5", "Select a valid choice"),
        ("pattern=filter&count=5&category=999999", "Select a valid choice"),
    ],
)
def test_a_draw_that_makes_no_sense_says_so(sees_members: Client, query: str, message: str) -> None:
    assert message in text(sees_members, f"{LIST}draw/?{query}")


def test_who_may_not_see_members_draws_without_one(content: Client, ada: UUID) -> None:
    stocked(1)
    rebuild()
    page = text(content, f"{LIST}draw/?pattern=filter&count=1&member={ada}")
    assert "1 of 1 drawn" in page
    assert 'name="member"' not in page
    assert "Select a valid choice" in text(content, f"{LIST}draw/?pattern=weak_areas&count=1")


def test_a_draw_asks_as_much_for_fifty_as_for_one(sees_members: Client) -> None:
    stocked(50)
    rebuild()
    counts = []
    for count in (1, 1, 50):
        with CaptureQueriesContext(connection) as captured:
            text(sees_members, f"{LIST}draw/?pattern=filter&count={count}")
        counts.append(len(captured))
    assert counts[1] == counts[2]
