"""`manage.py partitions`, its exit codes and what it prints."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from ops.models import Run
from tests.ops.archive.conftest import connect
from tests.ops.archive.months import MONTH, rows_of_2020

pytestmark = pytest.mark.django_db(transaction=True)


def partitions(*words: str, **options: Any) -> str:
    printed = StringIO()
    call_command("partitions", *words, stdout=printed, stderr=printed, **options)
    return printed.getvalue()


def refused(*words: str, **options: Any) -> CommandError:
    with pytest.raises(CommandError) as caught:
        partitions(*words, **options)
    return caught.value


def test_list_has_a_line_for_each_partition(old_month: str) -> None:
    text = partitions("list")

    assert f"  {MONTH}" in text
    assert "2020-01-01 2020-02-01" in text
    assert "attached, retention over" in text


def test_list_as_json(old_month: str) -> None:
    [*_, oldest] = json.loads(partitions("list", "audit_logs", json=True))["tables"]["audit_logs"]

    assert (oldest["partition"], oldest["state"]) == (MONTH, "attached")
    assert oldest["until"] == "2020-02-01T00:00:00+00:00"


def test_list_warns_of_too_few_ahead(old_month: str) -> None:
    names = [name for name in partitions("list").split() if name.startswith("audit_logs_2")][:2]
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TABLE {name}")
    try:
        assert "audit_logs has 1 partitions ahead" in partitions("list")
    finally:
        assert f"Made {names[1]}, {names[0]}." in partitions("ensure")
    assert "All partitions ahead are there." in partitions("ensure", "audit_logs")


def test_ensure_makes_the_partition_of_a_day(old_month: str) -> None:
    assert "Made audit_logs_2019_05." in partitions("ensure", "audit_logs", date=date(2019, 5, 31))
    assert "That partition is there." in partitions("ensure", "audit_logs", date=date(2019, 5, 1))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE audit_logs_2019_05")


def test_month_goes_and_comes_back(old_month: str) -> None:
    before = rows_of_2020()
    names = ("audit_logs", MONTH)

    assert "500 rows" in partitions("archive", *names)
    assert rows_of_2020() == (0, None)
    assert "The files give the 500 rows" in partitions("verify")
    assert "is held until" in str(refused("drop", *names))
    assert "dropped" in partitions("drop", *names, force=True)
    report = json.loads(partitions("restore", *names, json=True))

    assert rows_of_2020() == before
    assert report["runs"][0]["status"] == "completed"


@pytest.mark.parametrize(
    ("words", "options", "why"),
    [
        (("archive", "audit_logs"), {}, "Name the table and the partition"),
        (("restore",), {}, "Name the table and the partition"),
        (("list", "audit_logs", MONTH), {}, "takes a table, and no partition"),
        (("list", "auth_user"), {}, "No app declares a partitioned table named auth_user."),
        (("list",), {"date": date(2020, 1, 1)}, "--date is for ensure."),
        (("ensure",), {"date": date(2020, 1, 1)}, "Name the table for --date."),
        (("verify",), {"force": True}, "--force is for archive and drop."),
    ],
)
def test_wrong_usage_exits_with_two(
    words: tuple[str, ...], options: dict[str, Any], why: str
) -> None:
    error = refused(*words, **options)

    assert why in str(error)
    assert error.returncode == 2
    assert not Run.objects.exists()


def test_what_fails_exits_with_one_and_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    error = refused("archive", "audit_logs", "audit_logs_1999_01")

    assert error.returncode == 1
    assert caplog.text == ""
    assert str(error) == (
        "audit_logs.audit_logs_1999_01: audit_logs_1999_01 is no partition of audit_logs."
    )


def test_what_has_to_wait_says_so(old_month: str) -> None:
    with connect() as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('partitions of audit_logs', 0))")
        error = refused("archive", "audit_logs", MONTH)

    assert "Another run works on a partition of audit_logs." in str(error)
    assert "The ticker tries it again." in str(error)
    assert "works on it already" in str(refused("archive", "audit_logs", MONTH))
