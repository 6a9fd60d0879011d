"""Every list says how many rows it has; figures that are kept say how old they are."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.screens import visit_as
from tests.test_pages import address_of, fill, readable

# A moment, or words of one, or why there is none yet.
AGE = re.compile(r"as of \d|as of now|\bago\b|<time|(never|not|first|last) refresh", re.IGNORECASE)
# They count the rows of a person, wherever they are.
AGELESS = {"assessments_member_erase"}
# What the rows of a list are called, where it is not what the model is called.
NOUNS = {
    "ops_historyentry_changelist": "change",
    "ops_loginsession_changelist": "time",
    "ops_partitionarchive_changelist": "table",
    "ops_exportfile_changelist": "export",
    "assessments_leaderboardrow_changelist": "member",
    "quizbank_practicestanding_changelist": "active member",
    "quizbank_problemreport_changelist": "question",
    "quizbank_questionsimilarity_changelist": "group",
    "flavors_termsimilarity_changelist": "group",
}
# Pages of figures and of a comparison.
LISTLESS = {"ops_performancesnapshot_changelist", "ops_schemaexpectation_changelist"}
MATERIALIZED = """
    SELECT relname FROM pg_class WHERE relkind = 'm'
    UNION
    SELECT v.relname
    FROM pg_class AS v
    JOIN pg_rewrite AS r ON r.ev_class = v.oid
    JOIN pg_depend AS d ON d.objid = r.oid
    JOIN pg_class AS m ON m.oid = d.refobjid AND m.relkind = 'm'
    WHERE v.relkind = 'v'
"""


@pytest.fixture(scope="module")
def bank(kept_rows: None) -> None:
    fill()


@pytest.fixture
def root(bank: None, db: None, bare_pages: None) -> Client:
    return visit_as("superuser")


def kept() -> re.Pattern[str]:
    with connection.cursor() as cursor:
        cursor.execute(MATERIALIZED)
        names = [name for (name,) in cursor.fetchall()]
    return re.compile(rf"\b({'|'.join(names)})\b")


def own_part(answer: HttpResponse) -> str:
    """The page without its frame, as text but for moments."""
    text = answer.content.decode()
    main = text[text.index('id="content"') :] if 'id="content"' in text else ""
    return " ".join(re.sub(r"<(?!time)[^>]+>", " ", main).split())


def test_figures_of_a_view_say_how_old_they_are(root: Client) -> None:
    views, wrong = kept(), []
    for screen in readable():
        with CaptureQueriesContext(connection) as captured:
            answer = root.get(address_of(screen))
        read = {name for query in captured for name in views.findall(query["sql"])}
        if read and (text := own_part(answer)) and not AGE.search(text):
            wrong.append(f"{screen.name}: {sorted(read)}")

    assert {each.partition(":")[0] for each in wrong} == AGELESS, "\n".join(wrong)


def test_every_list_says_how_many(root: Client) -> None:
    wrong = []
    for screen in readable():
        if not screen.name.endswith("_changelist") or screen.name in LISTLESS:
            continue
        opts = screen.model._meta
        names = NOUNS.get(screen.name, f"{opts.verbose_name}|{opts.verbose_name_plural}")
        text = own_part(root.get(address_of(screen)))
        if not re.search(rf"\b[\d,]+ ({names})", text, re.IGNORECASE):
            wrong.append(f"{screen.name}: {text[:300]}")

    assert not wrong, "\n".join(wrong)
