"""Every screen, light and dark, wide and narrow: nothing keeps anybody out, and nothing sticks out
at its side. Titles are looked at in tests/test_pages.py.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import Model
from django.urls import reverse
from playwright.sync_api import Page

from assessments.models import Member, PublicProfile
from flavors.models import FlavorCategory, Term
from ops.runner import perform_here
from quizbank.models import LightningQuestion, Question
from tests.browser.conftest import log_in, search_in_palette
from tests.browser.sights import Sight, both, opens, prepare, presses, sends, walk
from tests.screens import visit_as
from tests.test_pages import address_of, fill, readable

QUESTIONS, PROFILES = "/admin/quizbank/question/", "/admin/assessments/publicprofile/"
DEMO = ("load_demo", "load_demo_members", "load_demo_answers", "load_demo_reports")
# They answer a script, or with a file.
PAGELESS = {
    "assessments_leaderboardrow_state",
    "flavors_flavorwheel_file",
    "flavors_flavorwheel_saved_file",
    "flavors_term_suggest",
    "jsi18n",
    "ops_run_state",
    "search",
}
# The demo's question has answers: it is kept.
REFUSED = {"quizbank_question_delete"}


@pytest.fixture
def root_page(browser_page: Page, bare_pages: None) -> Page:
    for command in (*DEMO, "load_demo_flavors"):
        call_command(command)
    fill()
    perform_here(operation="find_duplicate_terms")
    User.objects.create_superuser("root", password="a-long-password-1")
    prepare(browser_page)
    log_in(browser_page, "root")
    return browser_page


def sights_of_screens() -> dict[str, Sight]:
    """One of each template of histories and of questions before deleting; all others."""
    client, found = visit_as("superuser"), {}
    for screen in readable():
        if screen.name in PAGELESS | REFUSED:
            continue
        name, address = screen.name, address_of(screen)
        if name.endswith(("_delete", "_history")):
            answer = client.get(address)
            template = answer.resolve_template(answer.template_name).template.name
            name = f"{template}, {bool(answer.context_data.get('protected'))}"
        found.setdefault(name, opens(address))
    return found


def chosen(model: type[Model], action: str, **having: Any) -> Sight:
    """The page that asks before an action on three rows."""
    rows = model._default_manager.filter(**having).values_list("pk", flat=True)[:3]
    list_of = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    return sends(reverse(list_of), action=action, _selected_action=list(rows))


def press(*keys: str) -> Sight:
    def see(page: Page) -> None:
        page.locator("[data-ready]").wait_for()
        for key in keys:
            page.keyboard.press(key)

    return see


def states() -> dict[str, Sight]:
    """What the screens look like after a step or two."""
    tree, queue = "/admin/flavors/flavorcategory/tree/?kind=flavor", f"{PROFILES}queue/"
    branch = FlavorCategory.objects.filter(parent=None, kind="flavor").values_list("pk")[0][0]
    waiting, member = profile_of("pending").pk, Member.objects.all()[0].pk
    file = {"name": "vlan.gift", "mimeType": "text/plain", "buffer": b"Say it. {=yes ~no}\n\n{}"}
    return {
        "nothing found": opens(f"{QUESTIONS}?q=zzzz"),
        "nothing found in a long list": opens(f"/admin/flavors/descriptor/?user_id={UUID(int=0)}"),
        "a branch is edited": opens(f"{tree}&edit={branch}"),
        "a branch is added": opens(f"{tree}&add={branch}"),
        "a branch is moved": opens(f"{tree}&move={branch}"),
        "a form is refused": sends(f"{QUESTIONS}add/"),
        "an upload is refused": sends("/admin/quizbank/importbatch/add/"),
        "a password is refused": sends("/admin/password_change/", old_password="no"),
        "erasing is refused": sends(f"/admin/assessments/member/{member}/erase/", email="no"),
        "a file is previewed": both(
            opens("/admin/quizbank/importbatch/add/"),
            lambda page: (
                page.set_input_files("[name=file]", file),  # type: ignore[arg-type]
                page.get_by_role("button", name="Preview").click(),
            ),
        ),
        "a question is asked": presses("/admin/ops/backup/", "Back up now …"),
        "terms are merged": presses("/admin/flavors/termsimilarity/", "Merge …"),
        "merged terms": opens("/admin/flavors/termsimilarity/?show=merged"),
        "similar questions": opens("/admin/quizbank/questionsimilarity/?show=dismissed"),
        "a run is ordered": opens("/admin/ops/run/add/?operation=back_up"),
        "the command palette": lambda page: search_in_palette(page, "net"),
        "rejecting": both(opens(f"{queue}{waiting}/"), press("r", "1")),
        "keys of the queue": both(opens(f"{queue}{waiting}/"), press("?")),
        "the public list": opens("/profiles/?level=mid"),
        "nobody in the public list": opens("/profiles/?q=zzzz"),
        "a public profile": opens(f"/profiles/{profile_of('published').profile_slug}/"),
    }


def before_acting() -> dict[str, Sight]:
    return {
        "publish": chosen(Question, "publish", status="draft"),
        "set difficulty": chosen(Question, "set_difficulty"),
        "export": chosen(Question, "export"),
        "hide": chosen(PublicProfile, "hide", state="published"),
        "deactivate": chosen(LightningQuestion, "deactivate"),
        "delete": chosen(LightningQuestion, "delete_selected"),
        "set category": chosen(Term, "set_category"),
        "set suggested category": chosen(Term, "set_suggested_category", category=None),
        "refresh": sends(
            "/admin/ops/viewstatus/", action="refresh_now", _selected_action="category_statistics"
        ),
    }


def profile_of(state: str) -> PublicProfile:
    return PublicProfile.objects.filter(state=state)[0]


def test_every_screen_is_open_to_everybody(root_page: Page) -> None:
    wrong = walk(root_page, sights_of_screens() | states() | before_acting())

    assert not wrong, "\n".join(wrong)
