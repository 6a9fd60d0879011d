"""Every page of the admin, over a bank in which every text is hostile.

`tests/pages.py` says what a page must not hold.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.db.models import TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.html import escape

from flavors.models import FlavorCategory
from quizbank.models import Exam, Question, QuizSession
from quizbank.models.question import Kind, Status
from tests.hostile import HOSTILE, poison
from tests.pages import complaints, form_of, submits
from tests.rows import make_rows
from tests.screens import Screen, autocompletes, screens, visit_as
from tests.test_permissions import NOBODY, rule_of

QUESTIONS = "/admin/quizbank/question/"
SHOWN = escape(HOSTILE)[:40]
NUMBER = re.compile(r"\d")
TITLE = re.compile(r"<title>\s*(\S.*?) \| Steward\s*</title>", re.DOTALL)
# Their texts come from the code alone.
DECLARED_TEXTS = (
    "ops_exportfile_changelist",
    "ops_partitionarchive_changelist",
    "ops_schedulestate_changelist",
    "ops_schemaexpectation_changelist",
)


def start_keys_high() -> None:
    """From 1,000 on a key that a template writes for people is no key any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1234567)"
            " FROM pg_sequences WHERE schemaname = 'public' AND COALESCE(last_value, 0) < 1234567"
            " AND max_value > 1234567"
        )


def fill() -> None:
    """The demo's bank, and a row of everything else that has a screen."""
    start_keys_high()
    call_command("load_demo")
    # The view of sessions has a screen; its table has none.
    make_rows(QuizSession, 1)
    for model in admin.site._registry:
        if model._meta.managed and not model._default_manager.exists():
            make_rows(model, 1)


@pytest.fixture(scope="module")
def hostile_bank(kept_rows: None) -> None:
    fill()
    poison()
    # It takes a hundred characters, and no name twice.
    name = Concat(Value(HOSTILE[:90]), Cast("pk", TextField()))
    FlavorCategory.objects.update(name=name)
    with connection.cursor() as cursor:
        cursor.execute("REFRESH MATERIALIZED VIEW category_statistics")


@pytest.fixture
def root(hostile_bank: None, db: None, bare_pages: None) -> Client:
    """A superuser whose name, which every page shows, is hostile, too."""
    client = visit_as("superuser")
    User.objects.filter(is_superuser=True).update(username=HOSTILE)
    return client


def readable() -> Iterator[Screen]:
    """The screens that show a superuser a page."""
    for screen in screens():
        rule = rule_of(screen)
        shows = rule.granted == 200 and rule.permission != NOBODY and not rule.post_only
        if shows and screen.name != "login":
            yield screen


def address_of(screen: Screen) -> str:
    return screen.address(rule_of(screen).arguments)


def shown_safely(answer: HttpResponse) -> str:
    """The page's text, which holds the hostile text as text."""
    assert answer.status_code == 200
    assert complaints(answer) == []
    text = answer.content.decode()
    assert SHOWN in text
    return text


def beside(root: Client, answer: HttpResponse) -> Iterator[HttpResponse]:
    """The tabs and pages that a page links to under its own address."""
    address = answer.request["PATH_INFO"]
    for query in sorted(set(re.findall(r'href="(\?[^"]+)"', answer.content.decode()))):
        yield root.get(address + unescape(query))


# --- Every page that can be read -----------------------------------------------------------------


def test_every_page_is_safe_and_says_where_it_is(root: Client) -> None:
    wrong, titles = [], defaultdict(list)
    for screen in readable():
        answer = root.get(address_of(screen))
        if "<html" in (text := answer.content.decode()):
            titles[" ".join(TITLE.findall(text)[:1])].append(screen.name)
        wrong += [f"{screen.name}: {each}" for each in complaints(answer)]
        if answer.status_code != 200:
            wrong.append(f"{screen.name}: {answer.status_code}")
        elif screen.name in DECLARED_TEXTS:
            continue
        elif screen.name.endswith("_changelist") and SHOWN not in text:
            wrong.append(f"{screen.name}: shows no text at all")

    wrong += [f"{title}: {names}" for title, names in titles.items() if len(names) > 1 or not title]
    assert wrong == []


def test_hostile_addresses_are_safe(root: Client) -> None:
    names = ("s", "next", "left", "right", "_popup", "_to_field")
    # "_facets" asks for counts beside the choices of filters.
    counted = {"_facets": "True"}
    queries = ({"q": HOSTILE}, {"tag": HOSTILE}, counted, dict.fromkeys(names, HOSTILE))
    wrong = []
    for screen in readable():
        for query in queries if screen.name.endswith("_changelist") else queries[-1:]:
            answer = root.get(address_of(screen), query, follow=True)
            wrong += [f"{screen.name} {query}: {each}" for each in complaints(answer)]
            if answer.status_code not in (200, 400, 404):
                wrong.append(f"{screen.name} {query}: {answer.status_code}")

    assert wrong == []


def test_unknown_object_is_named_safely(root: Client) -> None:
    for screen in readable():
        if screen.name.endswith("_change") and "object_id" in screen.parameters:
            answer = root.get(screen.address({"object_id": HOSTILE}), follow=True)
            shown_safely(answer)


def test_autocompletes_answer_json(root: Client) -> None:
    for app, model, name, _ in sorted(autocompletes()):
        query = {"app_label": app, "model_name": model, "field_name": name, "term": ""}
        answer = root.get("/admin/autocomplete/", query)

        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert HOSTILE[:20] in answer.json()["results"][0]["text"]


def test_command_palette_shows_text(root: Client) -> None:
    shown_safely(root.get("/admin/search/", {"s": "hostile"}))


# --- What staff send -----------------------------------------------------------------------------


def test_every_form_comes_back_safely(root: Client) -> None:
    """Sent as it stands, and with hostile text in every field that takes text."""
    wrong = []
    for screen in readable():
        address = address_of(screen)
        if not screen.name.endswith(("_change", "_add")):
            continue
        page = root.get(address)
        for sent in (form_of(page), form_of(page, typed=HOSTILE)):
            answer = root.post(address, sent | {"_continue": ["1"]}, follow=True)
            wrong += [f"{screen.name}: {each}" for each in complaints(answer)]
            if answer.status_code not in (200, 403, 405):
                wrong.append(f"{screen.name}: {answer.status_code}")

    assert wrong == []


def test_saved_object_is_named_safely(root: Client) -> None:
    exam = Exam.objects.get(code__startswith="NET")
    address = reverse("admin:quizbank_exam_change", args=[exam.pk])

    answer = root.post(address, form_of(root.get(address)), follow=True)

    assert "was changed successfully" in shown_safely(answer)


def test_popup_answers_safely(root: Client) -> None:
    data = {"code": "X", "title": HOSTILE, "_popup": "1"}

    shown_safely(root.post("/admin/quizbank/exam/add/", data))


def test_preview_is_safe(root: Client) -> None:
    fields = ("stem", "explanation", "media")
    data = dict.fromkeys(fields, HOSTILE) | {"kind": "single", "choice": [HOSTILE, "b"]}

    text = shown_safely(root.post(f"{QUESTIONS}preview/", data))

    assert 'href="javascript' not in text


def test_refused_status_step_names_its_reason_safely(root: Client) -> None:
    question = Question.objects.filter(status=Status.DRAFT).first()
    assert question is not None
    address = reverse("admin:quizbank_question_change", args=[question.pk])
    sent = form_of(root.get(address)) | {"_status": "active", "_note": HOSTILE}

    shown_safely(root.post(address, sent, follow=True))


def test_edit_conflict_shows_both_texts_safely(root: Client) -> None:
    question = Question.objects.filter(status=Status.ACTIVE).first()
    assert question is not None
    address = reverse("admin:quizbank_question_change", args=[question.pk])
    sent = form_of(root.get(address))
    Question.objects.filter(pk=question.pk).update(stem=f"Theirs {HOSTILE}")

    text = shown_safely(root.post(address, sent))

    assert "Theirs (saved)" in text


def test_revisions_differ_safely(root: Client) -> None:
    question = Question.objects.filter(status=Status.ACTIVE, kind=Kind.SINGLE).first()
    assert question is not None
    call = {"_status": ["active"], "_note": [HOSTILE], "tags": [HOSTILE[:90]]}
    address = reverse("admin:quizbank_question_change", args=[question.pk])
    root.post(address, form_of(root.get(address)) | call)

    page = reverse("admin:quizbank_question_revisions", args=[question.pk])
    text = shown_safely(root.get(page, {"left": "1", "right": "2"}))

    assert "<del>" in text


# --- Actions on many -----------------------------------------------------------------------------


def actions() -> Iterator[tuple[str, str, list[str]]]:
    """(changelist, action, keys of three rows) of every action of every list."""
    request = RequestFactory().get("/")
    request.user = User.objects.get(is_superuser=True)
    for model, model_admin in admin.site._registry.items():
        # A screen without any may have no table either.
        if not (names := model_admin.get_actions(request)):
            continue
        keys = [str(row.pk) for row in model._default_manager.all()[:3]]
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for name in names:
            yield address, name, keys


def test_every_action_asks_and_reports_safely(root: Client) -> None:
    wrong = []
    for address, name, keys in list(actions()):
        asked = root.post(address, {"action": name, "_selected_action": keys}, follow=True)
        sent = dict.fromkeys(form_of(asked), HOSTILE)
        sent |= {"action": name, "_selected_action": keys, "confirmed": "1", "note": HOSTILE}
        done = root.post(address, sent, follow=True)
        for answer in (asked, done):
            wrong += [f"{address} {name}: {each}" for each in complaints(answer)]
            if answer.status_code != 200:
                wrong.append(f"{address} {name}: {answer.status_code}")

    assert wrong == []


def test_every_action_asks_with_a_number(root: Client) -> None:
    wrong = []
    for address, name, keys in list(actions()):
        asked = root.post(address, {"action": name, "_selected_action": keys}, follow=True)
        said = submits(asked)
        if said and "result_list" not in asked.content.decode() and not NUMBER.search(str(said)):
            wrong.append(f"{address} {name}: {said}")

    assert wrong == []


def test_what_is_no_row_is_no_selection(root: Client) -> None:
    for address, name, _ in list(actions()):
        for key in ("x", "a\0", HOSTILE[:90], "9" * 30, str(UUID(int=7))):
            answer = root.post(address, {"action": name, "_selected_action": key}, follow=True)
            assert answer.status_code == 200, (address, name, key)


@pytest.mark.parametrize(
    ("name", "fields"), [("publish", {}), ("retire", {}), ("add_tag", {"tag": "<script>"})]
)
def test_bulk_outcomes_are_safe(root: Client, name: str, fields: dict[str, str]) -> None:
    keys = [str(pk) for pk in Question.objects.values_list("pk", flat=True)[:40]]
    sent = {"action": name, "_selected_action": keys, "confirmed": "1", "note": HOSTILE}

    text = shown_safely(root.post(QUESTIONS, sent | fields))

    assert "Back to the list" in text


def test_notes_are_shown_safely_in_the_history(root: Client) -> None:
    question = Question.objects.filter(status=Status.ACTIVE).first()
    assert question is not None
    sent = {"action": "set_difficulty", "_selected_action": [str(question.pk)], "confirmed": "1"}
    done = root.post(QUESTIONS, sent | {"note": f"Note {HOSTILE}", "difficulty": "hard"})
    assert "✓" in done.content.decode()

    history = reverse("admin:quizbank_question_history", args=[question.pk])
    for address in (history, reverse("admin:ops_historyentry_changelist")):
        assert "Note &lt;script&gt;" in shown_safely(root.get(address))


# --- Imports -------------------------------------------------------------------------------------


def hostile_pool() -> SimpleUploadedFile:
    """A ham pool with a question of hostile text and two lines that are refused."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["id", "correct", "question", "a", "b", "refs", "figure"])
    rows.writerow(["T1A01", "0", HOSTILE, HOSTILE, "b", HOSTILE, HOSTILE])
    rows.writerow([HOSTILE, "0", "q", "a", "b", "", ""])
    rows.writerow(["T1A02", HOSTILE, "q", "a", "b", "", ""])
    name = HOSTILE.replace("/", "") + ".csv"
    return SimpleUploadedFile(name, written.getvalue().encode(), content_type="text/csv")


def test_import_is_safe_from_upload_to_undo(root: Client) -> None:
    Exam.objects.get_or_create(code="T", defaults={"title": HOSTILE})

    preview = root.post("/admin/quizbank/importbatch/add/", {"file": hostile_pool()}, follow=True)
    shown_safely(preview)
    batch = preview.request["PATH_INFO"].removesuffix("change/")
    done = root.post(f"{batch}confirm/", follow=True)
    undone = root.post(f"{batch}undo/", follow=True)

    for page in (preview, done, undone):
        shown_safely(page)
        for tab in beside(root, page):
            shown_safely(tab)


def test_refused_upload_is_named_safely(root: Client) -> None:
    file = SimpleUploadedFile(HOSTILE.replace("/", ""), b"\xff\xfe\x00", content_type=HOSTILE)

    answer = root.post(
        "/admin/quizbank/importbatch/add/",
        {"file": file, "exam": HOSTILE, "encoding": HOSTILE},
        follow=True,
    )

    shown_safely(answer)
