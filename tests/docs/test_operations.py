"""The operations manual, followed from its first command to its last on a server of its own."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from configparser import SectionProxy
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.config.conftest import port as port  # a fixture
from tests.docs.house import House, unit_of
from tests.docs.pages import FOLDER, Block, blocks
from tests.ops.conftest import wait_for
from tests.pooler.conftest import PROGRAM

PAGE = FOLDER / "operations.md"
COMMAND = re.compile(r"^\| `steward-\w+\.service` \| `(.+)` \|$", re.MULTILINE)


@pytest.fixture
def house(port: int, django_db_setup: None) -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="docs-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    made = House(folder, port)
    try:
        made.make_server()
        yield made
    finally:
        made.close()


def units() -> list[str]:
    """What systemd would start."""
    return [unit["ExecStart"] for unit in sections()] + COMMAND.findall(PAGE.read_text())


def sections() -> list[SectionProxy]:
    return [unit for block in blocks(PAGE, "ini") if (unit := unit_of(block))]


def ini(mark: str) -> Block:
    [found] = [block for block in blocks(PAGE, "ini") if mark in block.text]
    return found


def test_the_manual_is_followed_from_an_empty_server(house: House) -> None:
    def prepare() -> None:
        # The one of this run, which may have begun yesterday.
        tables = connection.settings_dict["TEST"]["TEMPLATE"]
        house.copy_tables(connection.settings_dict, tables)
        house.use(ini("SECRET_KEY="), os.environ["REDIS_URL"])

    def start() -> None:
        for command in units():
            house.start_unit(command)
        wait_for(house.is_ready, seconds=600)

    def stop() -> None:
        assert house.stop_units() == [0] * 5

    # What is done between the blocks where the manual has systemd do it: before which block.
    before: dict[str, Callable[[], None]] = {
        "bootstrap.sql": house.restart_server,
        "manage.py collectstatic": prepare,
        "/readyz": start,
        "manage.py backup run": house.start_replica,
        "RENAME TO": stop,
    }
    said = []
    for block in blocks(PAGE, "bash"):
        for mark in [each for each in before if each in block.text]:
            before.pop(mark)()
        said.append(house.follow(block))

    whole = "\n".join(said)
    assert before == {}
    assert '{"database": "ok", "redis": "ok", "migrations": "ok", "worker": "ok"}' in whole
    assert "steward_workers 1.0" in whole
    assert "is restored into steward_again" in whole
    assert house.run("psql -Atc 'SELECT pg_is_in_recovery()' -p 5433") == "t\n"


def test_pgbouncer_takes_its_file(house: House) -> None:
    program = PROGRAM or pytest.skip("PgBouncer is not installed")
    house.start_pooler(ini("[pgbouncer]"), program)
    wait_for((house.folder / ".s.PGSQL.6432").exists)
    # Nothing is set up yet: the answer is the server's.
    asked = "psql -p 6432 -U steward_owner -d steward -c 'SELECT 1' 2>&1 || true"
    assert 'role "steward_owner" does not exist' in house.run(asked)


def test_systemd_never_gives_a_unit_up() -> None:
    # It does after five starts in ten seconds, and starts at once where nothing else is said.
    assert [unit["Restart"] for unit in sections()] == ["always"] * 2
    assert all(int(unit["RestartSec"]) * 5 > 10 for unit in sections())


def test_blocks_of_settings_are_settings() -> None:
    for mark in ("DATABASE_POOLER=", "DATABASE_REPLICA_URL="):
        names = [line.split("=")[0] for line in ini(mark).text.splitlines()]
        assert [name for name in names if not hasattr(settings, name)] == []
