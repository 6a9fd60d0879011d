"""The page about SQL: its examples run, each as the client that they are for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import DatabaseError, connection

from tests.assessments.people import make_member, make_profile, make_session, publish
from tests.docs import surface
from tests.docs.pages import FOLDER, Block, blocks
from tests.quizbank.learning import published

PAGE = FOLDER / "sql.md"
# Quoted, or as it stands; a cast has two colons.
VARIABLE = re.compile(r"(?<!:):('?)([a-z]\w*)\1")
START = "SET LOCAL ROLE steward_member"


@pytest.fixture
def variables(db: None) -> dict[str, str]:
    """What `psql -v` would be given."""
    member = make_member()
    other = make_profile(make_member("Grace Hopper"), profile_slug="grace")
    make_session(other.user)
    publish(other)
    for number in range(3):
        published(stem=f"Which one is {number}?")
    return {"member": str(member.pk)}


def statements(block: Block) -> list[tuple[str, bool]]:
    """Each, and whether its row is kept (\\gset)."""
    text = block.text.replace("\\gset", "\\gset;")
    parts = [part.strip() for part in text.split(";")]
    return [(part.removesuffix("\\gset"), part.endswith("\\gset")) for part in parts if part]


def written_out(statement: str, variables: dict[str, str]) -> str:
    return VARIABLE.sub(lambda found: f"{found[1]}{variables[found[2]]}{found[1]}", statement)


def run(block: Block, variables: dict[str, str]) -> int:
    """How many statements; fails as PostgreSQL does."""
    with connection.cursor() as cursor:
        cursor.execute(START)
        cursor.execute("SELECT set_config('app.current_user_id', %s, true)", [variables["member"]])
        for statement, is_kept in statements(block):
            if statement in ("BEGIN", "COMMIT"):
                continue
            cursor.execute(written_out(statement, variables))
            if "FROM submit_answers(" in statement:
                assert [row[1] for row in cursor.fetchall()] == ["recorded"]
            if is_kept:
                names = [column.name for column in cursor.description]
                row = cursor.fetchone()
                assert row is not None, statement
                variables |= dict(zip(names, map(str, row), strict=True))
        cursor.execute("RESET ROLE")
    return len(statements(block))


def test_examples_run_one_after_the_other(variables: dict[str, Any]) -> None:
    ran = 0
    for block in blocks(PAGE, "sql"):
        try:
            ran += run(block, variables)
        except DatabaseError as error:
            pytest.fail(f"{block}: {error}")
    assert ran > 30


def test_errors_are_told(db: None) -> None:
    told = re.findall(r"^\| (`[a-z_`, ]+`) \| ", PAGE.read_text(), re.MULTILINE)
    names = {name for row in told for name in re.findall(r"`(\w+)`", row)}
    assert surface.error_codes() <= names


def test_functions_say_what_they_do(db: None) -> None:
    silent = [
        name
        for name, *_, source in surface.own_functions("steward_member")
        if not surface.about(source)
    ]
    assert silent == []
