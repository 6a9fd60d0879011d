"""Similar questions: found by a run, merged, undone, dismissed."""

from __future__ import annotations

from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ops.models import AuditEntry, Run
from ops.work import Refused as WorkRefused
from ops.work import Work
from quizbank.actions import Refused
from quizbank.duplicates import merging, reading
from quizbank.jobs import find_similar_questions
from quizbank.models import Question, QuestionDismissal, QuestionSimilarity
from tests.quizbank.learning import learner, plain_answer, plain_session, published, run
from tests.quizbank.test_question_admin import press

LIST = "/admin/quizbank/questionsimilarity/"
STEM = "Which routing protocol uses the shortest path first algorithm of Dijkstra?"
ALIKE = "Which routing protocol uses the shortest path first algorithm by Dijkstra?"
# What a merge leaves alone.
STAYING = ("answers", "quiz_sessions", "question_revisions", "problem_reports")
OTHER = "How many grams of coffee make a cup?"

pytestmark = pytest.mark.django_db


def question(stem: str) -> UUID:
    return published(stem=stem)[0]


def find(**parameters: Any) -> dict[str, Any]:
    work = Work(uuid4(), "find_similar_questions", "", parameters, 1)
    return dict(find_similar_questions(work).figures)


def found() -> list[tuple[UUID, UUID]]:
    return list(QuestionSimilarity.objects.values_list("first_id", "second_id"))


def row(key: UUID) -> Question:
    return Question.objects.get(pk=key)


# --- The run -------------------------------------------------------------------------------------
def test_only_what_changed_is_compared_again() -> None:
    first, second, _ = question(STEM), question(ALIKE), question(OTHER)

    assert find() == {"questions": 3, "pairs": 1}
    assert found() == [(first, second)]
    assert find() == {"questions": 0, "pairs": 0}

    run("UPDATE questions SET stem = %s WHERE id = %s", "Something else altogether.", second)
    assert find() == {"questions": 1, "pairs": 0}
    assert found() == []
    run("UPDATE questions SET stem = %s WHERE id = %s", STEM, second)
    assert find() == {"questions": 1, "pairs": 1}
    run("UPDATE questions SET difficulty = 'hard'")
    assert find()["questions"] == 0


def test_a_smaller_likeness_compares_all_again_and_a_greater_one_nothing() -> None:
    question(STEM), question(ALIKE)
    assert find(percent="95") == {"questions": 2, "pairs": 0}
    assert find(percent="60") == {"questions": 2, "pairs": 1}
    assert find(percent="95")["questions"] == 0
    with pytest.raises(WorkRefused, match="50 to 100"):
        find(percent="5")


@pytest.mark.parametrize("stem", ["?!", "'", "\\ ' & | ! ( ) :*", "a", "The of and"])
def test_stems_without_words_are_compared_too(stem: str) -> None:
    question(stem), question(stem)
    assert find()["questions"] == 2


# --- Merging -------------------------------------------------------------------------------------
def test_a_merge_retires_the_others_and_can_be_undone(editor: User) -> None:
    kept, gone = question(STEM), question(ALIKE)
    find()

    merging.merge_questions(survivor=kept, duplicates=[kept, gone], user=editor)

    assert (row(gone).status, row(gone).duplicate_of_id) == ("retired", kept)
    assert row(kept).status == "active"
    assert reading.cluster_keys(60) == []
    assert list(reading.merged_questions()) == [row(gone)]
    with pytest.raises(Refused, match="retired already"):
        merging.merge_questions(survivor=kept, duplicates=[gone], user=editor)

    assert "is active again" in merging.unmerge_question(question=gone, user=editor)
    assert (row(gone).status, row(gone).duplicate_of) == ("active", None)
    assert len(reading.cluster_keys(60)) == 1
    with pytest.raises(Refused, match="no duplicate any more"):
        merging.unmerge_question(question=gone, user=editor)
    actions = (
        AuditEntry.objects.filter(entity_type="question")
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert list(actions) == ["merge_questions", "unmerge_question"]


def test_answers_and_reports_stay_with_the_retired_question(editor: User) -> None:
    kept, (gone, revision) = question(STEM), published(stem=ALIKE)
    ada, bo = learner("Ada"), learner("Bo")
    for member in (ada, bo):
        plain_answer(plain_session(member), member, question_id=gone, revision_id=revision)
    run(
        "INSERT INTO problem_reports (question_id, reporter_id, reason, description)"
        " VALUES (%s, %s, 'error', 'Another question asks the same.')",
        gone,
        ada,
    )
    told = [f"SELECT t::text FROM {table} AS t ORDER BY 1" for table in STAYING]
    before = [run(query) for query in told]

    merging.merge_questions(survivor=kept, duplicates=[gone], user=editor)

    assert [run(query) for query in told] == before
    assert run(
        "SELECT q.duplicate_of_id, r.content->>'stem', count(*) FROM answers AS a"
        " JOIN questions AS q ON q.id = a.question_id"
        " JOIN question_revisions AS r ON r.id = a.revision_id GROUP BY 1, 2"
    ) == [(kept, ALIKE, 2)]
    merging.unmerge_question(question=gone, user=editor)
    assert [run(query) for query in told] == before


def test_a_draft_comes_back_as_a_draft(editor: User) -> None:
    kept, draft = question(STEM), question(ALIKE)
    run("UPDATE questions SET status = 'retired' WHERE id = %s", draft)
    run("UPDATE questions SET status = 'draft' WHERE id = %s", draft)
    merging.merge_questions(survivor=kept, duplicates=[draft], user=editor)
    merging.unmerge_question(question=draft, user=editor)
    assert row(draft).status == "draft"


POINT = "UPDATE questions SET status = 'retired', duplicate_of_id = %s WHERE id = %s"


def refuses(match: str, sql: str, *parameters: Any) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        run(sql, *parameters)


def test_duplicates_make_no_circle() -> None:
    one, two, three = question(STEM), question(ALIKE), question(OTHER)
    refuses("itself a duplicate", POINT, one, one)
    run(POINT, two, one)
    run(POINT, three, two)
    refuses("itself a duplicate", POINT, one, three)
    refuses("itself a duplicate", POINT, two, three)


def test_a_duplicate_stays_retired_until_the_merge_is_undone(
    editing: Client, question: Question
) -> None:
    other = published(stem=ALIKE)[0]
    run(POINT, other, question.pk)
    refuses(
        "duplicate_is_retired", "UPDATE questions SET status = 'active' WHERE id = %s", question.pk
    )
    assert "undo that under Duplicates first" in press(editing, question, "active")
    kept = Question.objects.get(pk=other)
    assert kept.duplicates.count() == 1
    with pytest.raises(ProtectedError):
        kept.delete()


# --- Not the same --------------------------------------------------------------------------------
def test_what_is_not_the_same_is_remembered_and_can_be_taken_back(editor: User) -> None:
    keys = [question(STEM), question(ALIKE)]
    find()
    merging.dismiss_pairs(questions=keys, user=editor)
    merging.dismiss_pairs(questions=keys, user=editor)
    assert reading.cluster_keys(60) == []
    run("UPDATE questions SET stem = stem || ' Or not?' WHERE id = %s", keys[0])
    find()
    assert reading.cluster_keys(60) == []

    (dismissal,) = QuestionDismissal.objects.all()
    merging.take_back_dismissal(dismissal=dismissal.pk, user=editor)
    assert len(reading.cluster_keys(60)) == 1
    with pytest.raises(Refused, match="already"):
        merging.take_back_dismissal(dismissal=dismissal.pk, user=editor)


def test_a_pair_is_ordered_and_there_once() -> None:
    one, two = question(STEM), question(ALIKE)
    for table, extra in (("question_dismissals", ""), ("question_similarities", ", likeness")):
        sql = f"INSERT INTO {table} (first_id, second_id{extra}) VALUES (%s, %s"
        sql += ", 0.7)" if extra else ")"
        refuses("pair_is_ordered", sql, two, one)
        run(sql, one, two)
        refuses("pair_is_", sql, one, two)


# --- The screen ----------------------------------------------------------------------------------
def text(client: Client, query: str = "") -> str:
    return unescape(" ".join(client.get(LIST + query).content.decode().split()))


def step(client: Client, name: str, **sent: Any) -> str:
    answer = client.post(f"{LIST}{name}/", sent, follow=True)
    assert answer.status_code == 200
    return unescape(" ".join(answer.content.decode().split()))


def test_the_screen_shows_clusters_the_most_alike_first(editing: Client) -> None:
    for stem in (STEM, ALIKE, f"{STEM} Really?", f"{OTHER} One?", f"{OTHER} Ten?", "Alone here?"):
        question(stem)
    assert "6 questions not compared yet" in text(editing)
    find()

    html = text(editing)
    clusters = editing.get(LIST).context["clusters"]

    assert [len(cluster.questions) for cluster in clusters] == [3, 2]
    assert clusters[0].percent >= clusters[1].percent
    assert "2 groups." in html
    assert "· right" in html
    assert "Alone here?" not in html


def test_stems_stand_beside_each_other_as_learners_read_them(editing: Client) -> None:
    question(f"**{STEM}**"), question(f"**{ALIKE}** <b>")
    find()

    html = editing.get(LIST).content.decode()
    assert f"<strong>{STEM}</strong>" in html
    assert f"<strong>{ALIKE}</strong> &lt;b&gt;" in html


def test_everything_is_done_on_the_screen(editing: Client) -> None:
    one, two, three = question(STEM), question(ALIKE), question(f"{STEM} Really?")
    find()
    assert "Choose the question to keep" in step(editing, "merge", questions=[one, two])
    assert "retired 1 question." in step(editing, "merge", questions=[one, two], survivor=one)
    assert ALIKE in text(editing, "?show=merged")
    assert "is active again" in step(editing, "unmerge", question=two)
    said = step(editing, "dismiss", questions=[two, three])
    assert "2 questions: not the same." in said
    assert "Take back under Not the same" in said
    key = QuestionDismissal.objects.get().pk
    assert "Take this back" in text(editing, "?show=dismissed")
    assert "may be the same again" in step(editing, "restore", dismissal=key)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("merge", {"questions": ["nonsense"], "survivor": "x"}),
        ("merge", {"questions": [str(UUID(int=1))], "survivor": str(UUID(int=2))}),
        ("dismiss", {}),
        ("dismiss", {"questions": [str(UUID(int=1))]}),
        ("unmerge", {}),
        ("restore", {"dismissal": "x"}),
        ("nonsense", {}),
    ],
)
def test_nonsense_changes_nothing_and_says_so(
    editing: Client, name: str, sent: dict[str, Any]
) -> None:
    assert "Nothing was changed:" in step(editing, name, **sent)


def test_the_screen_asks_as_much_for_ten_groups_as_for_one(editing: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert editing.get(LIST).status_code == 200
        return len(captured)

    editing.get(LIST)
    pair = [question(STEM), question(ALIKE)]
    find()
    few = asked()
    assert pair
    for word in ("apple", "banana", "cherry", "damson", "elder"):
        for end in ("?", " then?"):
            question(f"Where does the {word} {word}ish {word}er grow{end}")
    find()
    assert asked() == few


def test_an_empty_screen_says_so(editing: Client) -> None:
    assert "No two questions are that much alike." in text(editing)
    assert "No question was merged" in text(editing, "?show=merged")
    assert "No pair was found to be two questions." in text(editing, "?show=dismissed")
    assert reverse("admin:quizbank_questionsimilarity_changelist") == LIST


def test_the_comparison_is_ordered_once_and_watched(editing: Client, client: Client) -> None:
    question(STEM), question(ALIKE)
    order = f"{LIST}compare/?percent=50"
    assert client.get(order).headers["Location"].startswith("/admin/login/")
    assert client.post(order).status_code == 403
    assert editing.get(order).status_code == 403

    assert editing.post(order).headers["Location"] == f"{LIST}?percent=50"
    html = unescape(editing.post(order, follow=True).content.decode())
    (ordered,) = Run.objects.filter(operation="find_similar_questions")
    assert ordered.parameters == {"percent": 50}
    assert "being compared already" in html
    assert f'data-run="/admin/ops/run/{ordered.pk}/state/"' in html
    assert "Compare now" not in html
    editing.post(f"/admin/ops/run/{ordered.pk}/cancel/")
    assert "Compare now" in text(editing)
