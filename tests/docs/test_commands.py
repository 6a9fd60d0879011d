"""Every command that the documents name is run: here, or by the test that is named here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command, get_commands

from tests.docs.guides import GIFT
from tests.docs.pages import README, ROOT, Block, blocks, pages, prose
from tests.docs.test_operations import units

# Commands of `sh` blocks that are not run here → the test that does, and a text that it holds.
ELSEWHERE = {
    "pip install uv && uv run manage.py demo": ("config/test_demo_whole.py", '"demo", "--port"'),
    "uv run pytest": ("plugin.py", "pytest_load_initial_conftests"),
    "manage.py check --deploy && manage.py migrate && manage.py collectstatic --noinput": (
        "docs/test_operations.py",
        "blocks(PAGE",
    ),
    "manage.py check_alerts": ("ops/test_alerts.py", 'call_command("check_alerts", "--json")'),
}
# Of `console` blocks, by their first word: why no test runs them.
NOT_RUN = {
    "apt-get": "installs packages of the system",
    "cd": "is about the folder of the production machine",
    "chmod": "is about the folders of the production machine",
    "install": "makes folders of the production machine",
    "psql": "makes a role of the whole server",
    "redis-cli": "comes with the system's Redis",
    "su": "needs an account of the system",
    "systemctl": "needs systemd",
    "useradd": "makes an account of the system",
    "zstd": "is a program of the system",
}
LANGUAGES = {"", "bash", "console", "gift", "ini", "json", "nginx", "sh", "sql", "text"}


def told_lines(*languages: str) -> list[Any]:
    return [
        pytest.param(block, command, id=f"{block}-{command[:40]}")
        for page in pages()
        for block in blocks(page, *languages)
        for command in block.commands
    ]


@pytest.fixture
def places(tmp_path: Path, settings: Any) -> dict[str, str]:
    """What stands for the variables of the documents."""
    settings.STEWARD_BACKUP_DIR = tmp_path / "backups"
    settings.STEWARD_DATA = tmp_path
    questions = tmp_path / "questions.gift"
    questions.write_text(GIFT)
    return {"$STEWARD_DATA": str(tmp_path), questions.name: str(questions)}


@pytest.mark.parametrize(("block", "command"), told_lines("sh"))
def test_command_runs(block: Block, command: str, db: None, places: dict[str, str]) -> None:
    if command in ELSEWHERE or is_a_process(command):
        return
    for name, place in places.items():
        command = command.replace(name, place)
    program, *words = shlex.split(command, comments=True)

    assert program == "manage.py", f"{block}: nobody runs {command}"
    call_command(*words, stdout=StringIO())


def is_a_process(command: str) -> bool:
    """One of those that the operations manual has as a unit, whose test starts it."""
    return any(unit.endswith((f"/{command}", f"/python {command}")) for unit in units())


def test_what_others_run_is_there() -> None:
    told = {
        command for page in pages() for block in blocks(page, "sh") for command in block.commands
    }
    assert set(ELSEWHERE) <= told
    for file, text in ELSEWHERE.values():
        assert text in (ROOT / "tests" / file).read_text()


@pytest.mark.parametrize(("block", "command"), told_lines("console"))
def test_only_the_known_are_not_run(block: Block, command: str) -> None:
    assert command.split()[0] in NOT_RUN, block


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_blocks_say_what_they_are(page: Path) -> None:
    assert {block.language for block in blocks(page)} <= LANGUAGES
    # Walk-throughs have a test that follows them.
    walks = {"operations.md", "point-in-time.md"}
    assert page.name in walks or not blocks(page, "bash")


def named_commands() -> Iterator[tuple[str, str]]:
    for page in pages():
        for name in re.findall(r"`(?:python )?manage\.py (\w[\w-]*)", prose(page)):
            yield page.name, name


def test_named_commands_exist() -> None:
    assert [each for each in named_commands() if each[1] not in get_commands()] == []
    assert ("operations.md", "verify_schema") in set(named_commands())


def test_readme_starts_with_the_two_commands() -> None:
    [first, *_] = blocks(README, "sh")
    assert first.commands == ["pip install uv && uv run manage.py demo", "uv run pytest"]
