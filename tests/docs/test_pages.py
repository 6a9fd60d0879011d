"""The documents against the code: parts that are made from it, settings, links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ops.registry import AlertRule, Export, Schedule, declared
from tests.docs import parts
from tests.docs.pages import FOLDER, README, ROOT, anchors, links, pages

OPERATIONS = FOLDER / "operations.md"
# Read by no setting of ours: the folder that gunicorn makes, and what only tests set.
NOT_SET_BY_PEOPLE = {"PROMETHEUS_MULTIPROC_DIR"}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_parts_are_what_the_code_says(page: Path, db: None, request: pytest.FixtureRequest) -> None:
    text = page.read_text()
    wanted = parts.filled(text)
    if request.config.getoption("--write-docs"):
        page.write_text(wanted)
        return

    assert text == wanted, "uv run pytest tests/docs --write-docs writes it anew"


def test_every_part_stands_once() -> None:
    found = [name for page in pages() for name in parts.names_in(page.read_text())]
    assert sorted(found) == sorted(parts.PARTS)


def test_every_alert_says_what_to_do() -> None:
    silent = [rule.name for rule in declared(AlertRule).values() if not rule.about]
    assert silent == []


def test_operations_manual_has_every_alert_schedule_and_export() -> None:
    text = OPERATIONS.read_text()
    names = [name for kind in (AlertRule, Schedule, Export) for name in declared(kind)]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_operations_manual_has_every_setting() -> None:
    read = {
        name
        for file in ("config/settings.py", "config/gunicorn.py")
        for name in re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / file).read_text())
    }
    rows = re.findall(r"^\| (`[A-Z].*?) \|", OPERATIONS.read_text(), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert told == read - NOT_SET_BY_PEOPLE


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if link.startswith("https://"):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


def test_readme_leads_to_every_page_and_picture() -> None:
    kept = {file.relative_to(ROOT).as_posix() for file in FOLDER.iterdir()}
    direct = set(links(README))
    behind = {
        (page.parent / link).resolve().relative_to(ROOT).as_posix()
        for page in pages()
        if page.relative_to(ROOT).as_posix() in direct
        for link in links(page)
        if not link.startswith(("https://", "#"))
        and (page.parent / link.partition("#")[0]).exists()
    }
    assert kept - direct - behind == set()


def test_pictures_are_few_and_small() -> None:
    pictures = list(FOLDER.glob("*.png"))
    assert len(pictures) <= 20
    assert [each.name for each in pictures if each.stat().st_size > 150_000] == []
