"""The guides for people: which page of Steward each part is about, and which labels it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from io import StringIO
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.management import call_command

from assessments.models import Member, PublicProfile
from assessments.models.choices import State
from flavors.models import Term, TermSimilarity
from ops.models import Alert
from quizbank.importing.batches import preview_import
from quizbank.models import ProblemReport, Question, QuestionSimilarity
from tests.docs.pages import FOLDER

# Guide → the group that it is for.
READERS = {"content.md": "content", "moderation.md": "moderators", "operations.md": "ops"}
# What follows is about no page.
NOWHERE = "-"
MARK = re.compile(r"<!-- page: (\S+) -->")
BOLD = re.compile(r"\*\*([^*]+?)\*\*")
TOLD = ("aria-label", "placeholder", "title", "value", "alt")
# Said with stress, and no label.
STRESSED = {"bold", "and", "publishing", "Many at once:"}


@dataclass(frozen=True)
class Part:
    guide: str
    address: str
    labels: tuple[str, ...]
    pictures: tuple[str, ...]


def parts_of(guide: str) -> Iterator[Part]:
    _, *rest = MARK.split((FOLDER / guide).read_text())
    for address, text in zip(rest[::2], rest[1::2], strict=True):
        if address == NOWHERE:
            continue
        plain = re.sub(r"`[^`]*`", "", text)
        labels = [" ".join(label.split()) for label in BOLD.findall(plain)]
        pictures = re.findall(r"!\[[^\]]*\]\((\S+)\)", text)
        yield Part(
            guide,
            address,
            tuple(label for label in labels if label not in STRESSED),
            tuple(pictures),
        )


def reader_of(guide: str) -> User:
    user = User.objects.create_user("ada", password="a-long-password-1", is_staff=True)
    user.groups.add(Group.objects.get(name=READERS[guide]))
    return user


# --- What the pages show -------------------------------------------------------------------------
GIFT = """// For the guide.
::NET-101:: Which port does HTTPS use by default? {=443 ~80 ~22 ~25}

::NET-102:: Which of these is a private address? {=10.1.2.3 ~8.8.8.8 ~203.0.113.7}

Write about your network. {}
"""


def load_bank() -> None:
    commands = ("load_demo", "load_demo_members", "load_demo_reports", "load_demo_flavors")
    for command in commands:
        call_command(command, stdout=StringIO())


def find_pairs() -> None:
    """What the nightly comparison would find, without its run."""
    questions = Question.objects.filter(stem__startswith="Which", stem__contains="RFC 1918")
    one, other = sorted(questions.defer("search"), key=lambda question: question.pk)
    QuestionSimilarity.objects.create(first=one, second=other, likeness=0.96)
    terms = Term.objects.filter(normalized_form__in=("jasmine", "jasmin")).order_by("pk")
    TermSimilarity.objects.create(
        **dict(zip(("first", "second"), terms, strict=True)),
        method="edit distance",
        similarity=0.86,
        uses=31,
    )


def rows(reader: User) -> dict[str, Any]:
    """What the names in the addresses stand for, once the demo's content is loaded."""
    report = ProblemReport.objects.filter(question__external_id="NET-002").first()
    assert report is not None
    batch = preview_import(file_name="net.gift", data=GIFT.encode(), user=reader)
    return {
        "active": report.question_id,  # type: ignore[attr-defined]
        "report": report.pk,
        "draft": first(Question, status="draft"),
        "review": first(Question, status="in_review"),
        "batch": batch.pk,
        "term": first(Term, normalized_form="jasmin"),
        "pending": first(PublicProfile, state=State.PENDING),
        "appealed": first(PublicProfile, state=State.APPEALED),
        "published": first(PublicProfile, state=State.PUBLISHED, pending_revision__isnull=True),
        "edited": first(PublicProfile, pending_revision__isnull=False),
        "alert": Alert.objects.create(rule="failed-runs", level="warning", message="Failed.").pk,
        "member": first(Member, public_profile__state=State.PUBLISHED),
    }


def first(model: Any, **given: Any) -> Any:
    return model.objects.filter(**given).order_by("pk").values_list("pk", flat=True)[0]


class Words(HTMLParser):
    """All that a page says: texts, and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value for name, value in attrs if name in TOLD and value]


def words_of(html: str) -> str:
    parser = Words()
    parser.feed(html)
    return " ".join(" ".join(parser.said).split()).casefold()
