"""Recent changes, and what was deleted."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags
from pghistory.models import Context

from quizbank.models import Exam, LightningQuestion, Question, Subject
from tests.ops.history.conftest import edit, history_of

RECENT = "/admin/ops/historyentry/"
DELETED = f"{RECENT}deleted/"
EVIL = "<img src=x onerror=alert(1)>"


def shown(client: Client, **query: Any) -> list[str]:
    """The text of each entry, newest first."""
    html = client.get(RECENT, query).content.decode()
    parts = re.split(r'<li class="steward-card">', html)[1:]
    return [" ".join(unescape(strip_tags(part)).split()) for part in parts]


@pytest.fixture
def happenings(question: Question, lightning: LightningQuestion, exam: Exam) -> None:
    edit(question, stem="Which port does HTTP use?")
    with pghistory.context(username="mary", note="Wrong before"):
        LightningQuestion.objects.update(correct_answer="A watch")
    # As in transactions of their own.
    for age, who in enumerate(
        ({"username": "mary"}, {"username": "lin"}, {"command": "load_demo"})
    ):
        Context.objects.filter(metadata__contains=who).update(
            created_at=timezone.now() - timedelta(seconds=age)
        )


def test_newest_first_with_who_and_what(editing: Client, happenings: None) -> None:
    newest, before, *_ = shown(editing)

    assert newest.startswith("mary ")
    assert "Wrong before" in newest
    assert "1 lightning question changed What has hands and no fingers?" in newest
    assert "lin " in before
    assert "Which port does HTTP use?" in before


def test_entry_leads_to_the_history_of_the_object(
    editing: Client, happenings: None, lightning: LightningQuestion
) -> None:
    assert f'href="{history_of(lightning)}"' in editing.get(RECENT).content.decode()


def test_choices_count_as_their_question(editing: Client, question: Question) -> None:
    edit(question.choices.get(position=1), text="53 (UDP)")

    assert "1 question changed" in " ".join(shown(editing))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"person": "mary"}, 1),
        ({"person": "nobody"}, 1),  # the sentence that says so
        ({"model": "quizbank.lightningquestion"}, 2),
        ({"model": "quizbank.exam"}, 1),
        ({"person": "lin", "model": "quizbank.question"}, 1),
        ({"model": "auth.user"}, 4),
        ({"day": "tomorrow"}, 4),
        ({"before": "nonsense"}, 4),
        ({"before": "2026-01-01T00:00:00~x"}, 4),
    ],
)
def test_filters(editing: Client, happenings: None, query: dict[str, str], count: int) -> None:
    assert len(shown(editing, **query)) == count


def test_filter_by_day(editing: Client, happenings: None) -> None:
    today = timezone.localdate()

    assert "mary" in shown(editing, day=today)[0]
    assert shown(editing, day=today - timedelta(days=3))[0].startswith("No change matches")


def test_change_without_a_signature(editing: Client, lightning: LightningQuestion) -> None:
    with connection.cursor() as cursor:
        # As in a session of its own.
        cursor.execute("SET LOCAL pghistory.context_id = ''")
        cursor.execute("UPDATE public.lightning_round_questions SET correct_answer = 'Clocks'")

    assert any("Not recorded" in text for text in shown(editing))


def test_many_objects_are_counted_and_named_on_a_page_of_their_own(editing: Client) -> None:
    with pghistory.context(username="lin"):
        Subject.objects.bulk_create(Subject(code=f"s{n}", name=f"Subject {n}") for n in range(8))

    assert "8 subjects added" in shown(editing)[0]
    assert "and 3 more" in shown(editing)[0]
    [address] = re.findall(r'href="([^"]+/change/)"', editing.get(RECENT).content.decode())
    html = editing.get(address).content.decode()
    assert all(f"Subject {n}" in html for n in range(8))


def test_older_entries_follow_without_gap_or_repetition(editing: Client, db: None) -> None:
    for number in range(60):
        with pghistory.context(username=f"person-{number:02}"):
            Subject.objects.create(code=f"s{number}", name="S")

    seen: list[str] = []
    address = RECENT
    for _ in range(3):
        html = editing.get(address).content.decode()
        seen += re.findall(r"<strong>(person-\d\d)</strong>", html)
        older = re.findall(r'href="(\?[^"]*before=[^"]+)"', html)
        address = RECENT + unescape(older[0]) if older else ""

    assert sorted(seen) == [f"person-{number:02}" for number in range(60)]
    assert address == ""


def test_only_kinds_that_the_person_may_see(
    happenings: None, django_user_model: type[User]
) -> None:
    user = django_user_model.objects.create_user("guest", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=("view_historyentry", "view_exam"))
    )
    client = Client()
    client.force_login(user)

    texts = shown(client)

    assert [text for text in texts if "question" in text] == []
    assert "1 exam added" in " ".join(texts)


def test_person_without_the_permission(editing: Client, editor: User) -> None:
    Group.objects.get(name="content").permissions.remove(
        Permission.objects.get(codename="view_historyentry")
    )

    assert [editing.get(url).status_code for url in (RECENT, DELETED)] == [403, 403]


def test_empty_pages_say_so(editing: Client) -> None:
    assert shown(editing)[0].startswith("Nobody has changed anything yet.")
    assert "Nothing is deleted." in editing.get(DELETED).content.decode()


def test_deleted_are_listed_once_and_lead_to_the_way_back(
    editing: Client, lightning: LightningQuestion, exam: Exam
) -> None:
    row = LightningQuestion.objects.values().get()
    for _ in range(2):
        with pghistory.context(username="lin"):
            LightningQuestion(**row).save()
        with pghistory.context(username="lin"):
            LightningQuestion.objects.all().delete()

    html = editing.get(DELETED).content.decode()

    assert html.count("What has hands and no fingers?") == 1
    assert history_of(lightning) in html
    assert "Networks" not in html
    other = editing.get(DELETED, {"model": "quizbank.exam"}).content.decode()
    assert "Nothing is deleted of this kind." in other
    assert "Bring back …" in editing.get(history_of(lightning)).content.decode()


def test_deleted_pages_follow(editing: Client, db: None) -> None:
    for number in range(30):
        Subject.objects.create(code=f"s{number}", name=f"Subject {number:02}")
    with pghistory.context(username="lin"):
        Subject.objects.all().delete()

    first = editing.get(DELETED).content.decode()
    [older] = re.findall(r'href="(\?[^"]*before=[^"]+)"', first)
    second = editing.get(DELETED + unescape(older)).content.decode()
    found = re.findall(r"Subject \d\d", first) + re.findall(r"Subject \d\d", second)

    assert sorted(found) == [f"Subject {number:02}" for number in range(30)]


def test_nothing_of_a_person_is_markup(editing: Client, question: Question) -> None:
    with pghistory.context(username=EVIL, note=EVIL, url=f"/{EVIL}"):
        Question.objects.update(stem=EVIL)
        Subject.objects.create(code="x", name=EVIL)
        Subject.objects.all().delete()

    for url in (RECENT, f"{RECENT}?person={EVIL}", DELETED):
        html = editing.get(url).content.decode()
        assert "<img src=x" not in html, url
        assert "&lt;img src=x" in html, url


def test_queries_of_an_entry_do_not_grow_with_objects(editing: Client, db: None) -> None:
    counts = []
    for many in (1, 20):
        with pghistory.context(username=f"person-{many}"):
            Subject.objects.bulk_create(
                Subject(code=f"{many}-{n}", name=f"Subject {n}") for n in range(many)
            )
        entry = Context.objects.get(metadata__username=f"person-{many}")
        with CaptureQueriesContext(connection) as captured:
            assert editing.get(f"{RECENT}{entry.pk}/change/").status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", [RECENT, DELETED])
def test_queries_do_not_grow_with_entries(editing: Client, page: str) -> None:
    def one(number: int) -> None:
        with pghistory.context(username=f"person-{number}"):
            Subject.objects.create(code=f"s{number}", name="S").delete()
            Exam.objects.create(code=f"e{number}", title="E").delete()

    one(0)
    with CaptureQueriesContext(connection) as few:
        editing.get(page)
    for number in range(1, 21):
        one(number)
    with CaptureQueriesContext(connection) as many:
        editing.get(page)

    assert len(many) == len(few)
