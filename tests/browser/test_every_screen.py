"""Every screen, light and dark, wide and narrow: nothing keeps anybody out of it, nothing sticks
out at its side, and its title says where one is.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import axe_playwright_python
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import Page

from tests.browser.conftest import log_in
from tests.test_pages import address_of, fill, readable

SCRIPTS = (
    Path(axe_playwright_python.__file__).parent / "axe.min.js",
    Path(__file__).parent / "axe.js",
)
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
WIDE, NARROW = (1440, 900), (390, 844)


@pytest.fixture
def root_page(browser_page: Page, bare_pages: None) -> Page:
    for command in (*DEMO, "load_demo_flavors"):
        call_command(command)
    fill()
    User.objects.create_superuser("root", password="a-long-password-1")
    for script in SCRIPTS:
        browser_page.context.add_init_script(path=script)
    log_in(browser_page, "root")
    return browser_page


def addresses() -> dict[str, str]:
    left_out = PAGELESS | REFUSED
    return {screen.name: address_of(screen) for screen in readable() if screen.name not in left_out}


def look(page: Page, size: tuple[int, int], scheme: str) -> list[str]:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    found: list[str] = page.evaluate("scheme => axeComplaints(scheme)", scheme)
    return found


def test_every_screen_is_open_to_everybody_and_says_where_it_is(root_page: Page) -> None:
    page, wrong, titles = root_page, [], defaultdict(list)
    for name, address in addresses().items():
        page.goto(address)
        found = look(page, WIDE, "light") + look(page, NARROW, "dark")
        wrong += [f"{name}: {each}" for each in dict.fromkeys(found)]
        titles[page.title()].append(name)

    wrong += [f"{title}: {names}" for title, names in titles.items() if len(names) > 1]
    assert not wrong, "\n".join(wrong)
