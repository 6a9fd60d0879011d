"""The import arrows: who may know whom; and how long anything may be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import LONGEST

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ("assessments", "quizbank", "flavors")
# What content apps may use of ops.
HELPERS = {
    "ops.admin.deletion",
    "ops.admin.duplicates",
    "ops.admin.filters",
    "ops.admin.following",
    "ops.admin.history",
    "ops.admin.imports",
    "ops.admin.keyset",
    "ops.admin.lists",
    "ops.admin.reading",
    "ops.admin.refusals",
    "ops.admin.trees",
    "ops.audit",
    "ops.batches",
    "ops.caching",
    "ops.clusters",
    "ops.constraints",
    "ops.erasing",
    "ops.errors",
    "ops.history.words",
    "ops.events",
    "ops.imported",
    "ops.indexes",
    "ops.keys",
    "ops.latest",
    "ops.matviews",
    "ops.migrations_sql",
    "ops.pages",
    "ops.queries",
    "ops.partitions",
    "ops.probes",
    "ops.registry",
    "ops.replicas",
    "ops.rows",
    "ops.runs",
    "ops.spreadsheets",
    "ops.stopping",
    "ops.together",
    "ops.trees",
    "ops.trees.reading",
    "ops.triggers",
    "ops.work",
}

LINES = {"file": 400, "function": 40}
# Each is a person's day, read from its first step to its last.
LONG = {
    "test_a_board_is_browsed_by_keyboard_in_the_dark_on_a_phone",
    "test_content_day",
    "test_moderators_day",
    "test_moderators_day_by_keyboard",
    "test_ops_day",
    "test_reports_are_accepted_rejected_and_fixed_by_a_revision",
}


def imports_of(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def offenders(folder: str, *forbidden: str) -> list[str]:
    return [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in sorted((ROOT / folder).rglob("*.py"))
        for name in imports_of(file)
        if any(name == other or name.startswith(f"{other}.") for other in forbidden)
    ]


def test_ops_knows_no_content_app() -> None:
    assert offenders("ops", *CONTENT, "config") == []


def test_assessments_know_no_other_content_app() -> None:
    assert offenders("assessments", "quizbank", "flavors", "config") == []


def test_other_apps_know_of_assessments_only_the_member() -> None:
    found = {
        name
        for app in ("quizbank", "flavors")
        for file in (ROOT / app).rglob("*.py")
        for name in imports_of(file)
        if name.startswith("assessments")
    }
    assert found <= {"assessments.models"}


@pytest.mark.parametrize("app", ["assessments", "quizbank", "flavors"])
@pytest.mark.parametrize("room", ["models", "querysets.py"])
def test_models_know_nothing_above_them(app: str, room: str) -> None:
    above = [f"{app}.{name}" for name in ("actions", "admin", "jobs", "importing", "formats")]
    files = ROOT / app / room
    checked = sorted(files.rglob("*.py")) if files.is_dir() else [files]

    assert checked
    assert [file for file in checked if imports_of(file) & set(above)] == []


@pytest.mark.parametrize("app", ["assessments", "quizbank", "flavors"])
def test_nobody_imports_the_admin(app: str) -> None:
    found = [row for row in offenders(app, f"{app}.admin") if "/admin/" not in row]
    assert found == []


@pytest.mark.parametrize("app", ["assessments", "quizbank", "flavors"])
def test_content_knows_only_the_helpers_of_ops(app: str) -> None:
    found = {
        name
        for file in (ROOT / app).rglob("*.py")
        for name in imports_of(file)
        if name.startswith("ops")
    }
    assert found <= HELPERS


def sources(*endings: str) -> list[Path]:
    """Ours; migrations are generated, and those of SQL never change."""
    folders = ("config", "ops", *CONTENT, "static", "templates", "tests")
    found = [file for name in folders for file in (ROOT / name).rglob("*")]
    return [file for file in found if file.suffix in endings and "migrations" not in file.parts]


def test_files_are_short() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in sources(".py", ".html", ".js", ".css")
        if (lines := len(file.read_text().splitlines())) > LINES["file"]
    }
    assert long == {}


def test_functions_are_short() -> None:
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for file in sources(".py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno >= LINES["function"]
    }
    assert long.keys() == LONG


def test_longest_modules_are_there() -> None:
    assert [path for path in LONGEST if not (ROOT / path).is_file()] == []
