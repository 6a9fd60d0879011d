"""Production settings, in processes of their own: what `check --deploy` says, cookies, headers."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from config.services.paths import CHECKOUT

PRODUCTION = {
    "SECRET_KEY": "f8Qz-1k0vN3wLrT7yXeHcJ5uBdP9mGaS2oKiV6tZqRnWxEyU4h",
    "ALLOWED_HOSTS": "steward.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://steward.example.org",
    "STEWARD_PROXY_COUNT": "1",
    "STEWARD_BIND": "0.0.0.0:8000",
    "STEWARD_INSECURE_HTTP": "",
    "DEBUG": "",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "",
}
ANSWERS = """
import json, django; django.setup()
from django.conf import settings
from django.test import Client
proxied = Client(headers={"host": "steward.example.org", "x-forwarded-proto": "https"}).get("/")
plain = Client(headers={"host": "steward.example.org"}).get("/")
cookies = ("CSRF_COOKIE_SECURE", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
           "CSRF_COOKIE_SAMESITE", "SESSION_COOKIE_SAMESITE")
print(json.dumps({
    "headers": {name.lower(): value for name, value in proxied.headers.items()},
    "cookies": [getattr(settings, name) for name in cookies],
    "plain": [plain.status_code, plain.headers["Location"]],
}))
"""


def in_production(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run Python in an environment as in production, over the tests' PostgreSQL and Redis."""
    own = {name: value for name, value in os.environ.items() if name != "STEWARD_BROWSER_TESTS"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=CHECKOUT,
        env=own | PRODUCTION | {"DJANGO_SETTINGS_MODULE": "config.settings"} | changes,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_deployment_check_passes_without_a_warning() -> None:
    done = in_production("manage.py", "check", "--deploy", "--fail-level", "WARNING")

    assert done.stderr == ""
    assert done.returncode == 0
    assert "no issues" in done.stdout


def test_what_is_missing_or_unsafe_is_said_in_one_clear_line_each() -> None:
    missing = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS"), "")
    command = ("-m", "django", "check", "--deploy", "--fail-level", "WARNING")
    done = in_production(*command, **missing, STEWARD_INSECURE_HTTP="1")

    assert done.returncode == 1
    for said in (
        "(steward.E001) DATABASE_URL is not set.",
        "(steward.E002) REDIS_URL is not set.",
        "(steward.E003) SECRET_KEY is not set.",
        "ALLOWED_HOSTS must not be empty in deployment.",
        "STEWARD_INSECURE_HTTP is set, but Steward listens beyond this machine.",
    ):
        assert done.stderr.count(said) == 1, said
    assert done.stderr.count("HINT: Set it to") == 3
    assert "Traceback" not in done.stderr


def test_headers_and_cookies_are_for_https_alone() -> None:
    done = in_production("-c", ANSWERS)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    wanted = {
        "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
    }
    assert {name: found["headers"].get(name) for name in wanted} == wanted
    assert found["cookies"] == [True, True, True, "Lax", "Lax"]
    assert found["plain"] == [301, "https://steward.example.org/"]


def test_web_server_opens_no_control_socket() -> None:
    command = ("-m", "gunicorn", "--print-config", "-c", "config/gunicorn.py", "config.wsgi")
    done = in_production(*command)

    assert done.returncode == 0, done.stderr
    lines = {"".join(line.split()) for line in done.stdout.splitlines()}
    assert "control_socket_disable=True" in lines
    assert "bind=['0.0.0.0:8000']" in lines


@pytest.mark.parametrize("command", ["migrate", "check_alerts"])
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgres://ada:secret@127.0.0.1:1/steward", "Connection refused"),
        ("postgres://ada:secret@/steward?host={sockets}", 'role "ada" does not exist'),
        ("postgres://ada:secret@/steward?host=/nowhere", "No such file or directory"),
    ],
)
def test_command_without_its_database_says_so_in_one_line(
    command: str, url: str, reason: str
) -> None:
    sockets = connection.settings_dict["HOST"]
    done = in_production(
        "manage.py", command, DATABASE_URL=url.format(sockets=sockets), DATABASE_DIRECT_URL=""
    )

    assert done.returncode == 1
    assert done.stderr.startswith("The database does not answer: ")
    assert f"{reason}. See whether PostgreSQL runs, and whether DATABASE_URL has" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr
