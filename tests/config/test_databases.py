"""What the environment says about databases, as Django gets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from config.checks import locks_pass_the_pooler_by
from config.process import process_name

PROGRAM = """
import json, sys
sys.argv = json.loads(sys.argv[1])
import config.settings
print(json.dumps(config.settings.DATABASES))
"""


def databases_of(urls: dict[str, str], argv: str) -> Any:
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(argv.split())],
        env=os.environ | {"DATABASE_DIRECT_URL": ""} | urls,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(said.stdout)


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (["/venv/bin/gunicorn", "config.wsgi"], "steward web"),
        (["/venv/gunicorn/__main__.py", "config.wsgi"], "steward web"),
        (["manage.py", "rqworker", "high"], "steward worker"),
        (["./manage.py", "tick"], "steward ticker"),
        (["/app/manage.py", "intake"], "steward intake"),
        (["/venv/django/__main__.py", "migrate"], "steward migrate"),
        (["-c", "rqworker"], "steward worker"),
        (["manage.py"], "steward manage.py"),
        ([""], "steward"),
        ([], "steward"),
    ],
)
def test_each_process_says_what_it_is(argv: list[str], name: str) -> None:
    assert process_name(argv) == name


def test_replica_is_there_when_it_is_named() -> None:
    urls = {
        "DATABASE_URL": "postgres://o:p@pooler:6432/steward?sslmode=require",
        "DATABASE_REPLICA_URL": "postgres://o:p@standby:5433/steward",
        "DATABASE_POOL": "1",
    }
    databases = databases_of(urls, "gunicorn")

    primary, replica = databases["default"], databases["replica"]
    assert (primary["HOST"], primary["PORT"]) == ("pooler", 6432)
    assert primary["OPTIONS"]["sslmode"] == "require"
    assert (replica["HOST"], replica["PORT"]) == ("standby", 5433)
    assert replica["OPTIONS"]["connect_timeout"] == 2
    # A pool would try for half a minute to reach one that is gone.
    assert "pool" in primary["OPTIONS"]
    assert "pool" not in replica["OPTIONS"]
    for database in databases.values():
        assert database["DISABLE_SERVER_SIDE_CURSORS"]
        assert database["OPTIONS"]["prepare_threshold"] is None


@pytest.mark.parametrize(
    ("argv", "host"),
    [("gunicorn", "pooler"), ("manage.py runserver", "pooler"), ("manage.py migrate", "server")],
)
def test_only_the_web_goes_through_the_pooler(argv: str, host: str) -> None:
    urls = {"DATABASE_URL": "postgres://o@pooler/s", "DATABASE_DIRECT_URL": "postgres://o@server/s"}
    databases = databases_of(urls, argv)

    assert databases["default"]["HOST"] == host


@pytest.mark.parametrize(("pooler", "direct", "problems"), [(1, "", 1), (1, "x", 0), (0, "", 0)])
def test_pooler_needs_a_way_round_it(
    settings: Any, pooler: int, direct: str, problems: int
) -> None:
    settings.DATABASE_POOLER, settings.DATABASE_DIRECT_URL = bool(pooler), direct

    assert len(locks_pass_the_pooler_by()) == problems
