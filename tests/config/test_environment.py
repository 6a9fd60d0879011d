"""Variables of the environment with a slip in them: what is said of each, and by whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group

from config.checks import second_factor_groups_exist, variables_are_spelt_right
from config.environment import Environment, Unreadable
from tests.config.test_deployment import in_production

POSTGRES = ("postgres", "postgresql")


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> Any:
    def given(value: str) -> Environment:
        monkeypatch.setenv("X", value)
        return Environment()

    return given


# --- Addresses ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "url",
    [
        "postgres:/ada:secret@127.0.0.1/steward",
        "127.0.0.1/steward",
        "redis://127.0.0.1/0",
        "postgres://ada:sec/ret@127.0.0.1/steward",
        "postgres://ada:sec#ret@127.0.0.1/steward",
        "postgres:///steward",
    ],
)
def test_address_that_is_none_is_refused_by_name_and_tells_no_password(env: Any, url: str) -> None:
    with pytest.raises(Unreadable, match=r"^X cannot be read: it is like postgres://") as refused:
        env(url).address("X", *POSTGRES)

    assert "sec" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "postgres://ada@/steward?host=/run/pg",
        "postgres:///steward?host=/run/pg",
        "postgresql://a:%23@db:5432/steward",
        "postgres://ada@one:5432,two:5433/steward?target_session_attrs=read-write",
    ],
)
def test_address_is_taken_as_it_stands(env: Any, url: str) -> None:
    assert env(url).address("X", *POSTGRES) == url


def test_socket_of_redis_is_an_address(env: Any) -> None:
    url = "unix:///run/redis.sock?db=0"
    assert env(url).address("X", "redis", "unix") == url


@pytest.mark.parametrize("url", ["smpt://127.0.0.1:25", "smtp://mail:port"])
def test_mail_server_that_is_none_is_refused_by_name(env: Any, url: str) -> None:
    with pytest.raises(Unreadable, match=r"^X cannot be read: it is like smtp"):
        env(url).email_url("X")


# --- Numbers, lists -------------------------------------------------------------------------------
def test_number_that_is_none_is_refused_by_name(env: Any) -> None:
    with pytest.raises(Unreadable, match=r"^X is no number\.$"):
        env("one").int("X", default=0)


def test_negative_number_is_refused(env: Any) -> None:
    with pytest.raises(Unreadable, match=r"^X is -1: 0 or more is wanted\.$"):
        env("-1").int("X", default=0)


def test_blanks_around_the_names_of_a_list_do_not_count(env: Any) -> None:
    assert env(" ops, superusers,").list("X") == ["ops", "superusers"]


# --- Where it is said -----------------------------------------------------------------------------
def test_a_command_says_one_line() -> None:
    done = in_production("manage.py", "check", STEWARD_PROXY_COUNT="one")

    assert (done.returncode, done.stderr) == (1, "STEWARD_PROXY_COUNT is no number.\n")


def test_name_that_is_no_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    before = variables_are_spelt_right()
    monkeypatch.setenv("STEWARD_BACKUP_DRI", "/mnt/backups")

    [told] = [each for each in variables_are_spelt_right() if each not in before]
    assert (told.msg, told.hint) == (
        "STEWARD_BACKUP_DRI is no setting of Steward.",
        "Is it STEWARD_BACKUP_DIR?",
    )


def test_group_that_is_nowhere_asks_nobody_for_a_code(db: None, settings: Any) -> None:
    Group.objects.create(name="auditors")
    settings.SECOND_FACTOR_GROUPS = ["ops", "superusers", "auditors", "opps"]

    [told] = second_factor_groups_exist(databases=["default"])
    assert "there is no group 'opps'" in told.msg


def test_groups_of_the_matrix_need_no_database(settings: Any) -> None:
    settings.SECOND_FACTOR_GROUPS = ["ops", "superusers"]
    assert second_factor_groups_exist(databases=["default"]) == []
