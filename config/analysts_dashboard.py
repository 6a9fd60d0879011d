"""What analysts look at first: one query over what is kept, and the names as they are now."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from assessments.models import Member
from config.cards import Card, card
from ops.admin.charts import Chart, bars_of
from ops.caching import remembered
from quizbank.models.item_statistics import Flag
from quizbank.practice import LEAST

QUERY = (Path(__file__).resolve().parent / "sql" / "analysts_dashboard.sql").read_text()


@remembered("analysts-dashboard")
def facts() -> dict[str, Any]:
    """As the query names them; members by their keys alone."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    values: dict[str, Any] = {
        "least": LEAST,
        "flags": Flag.values,
        "since": today - timedelta(days=13),
    }
    with connection.cursor() as cursor:
        cursor.execute(QUERY, values)
        (found,) = cursor.fetchone()
    facts: dict[str, Any] = json.loads(found)
    return facts


def glance(found: dict[str, Any]) -> list[Card]:
    page = "assessments_member_changelist"
    return [
        card("Members seen in 7 days", found["members"]["week"], page, "?o=-3"),
        card("Members seen in 30 days", found["members"]["month"], page, "?o=-3"),
    ]


def section(found: dict[str, Any]) -> dict[str, Any]:
    """For the template."""
    names = names_of([*found["board"], *found["practice"]])
    return {
        "charts": [
            by_day(
                "Quiz sessions", found["days"], "sessions", "quizbank_anyquizsession_changelist"
            ),
            by_day("Answers", found["days"], "answers", "quizbank_answer_changelist"),
            by_day(
                "Assessments begun",
                found["days"],
                "attempts",
                "assessments_assessmentsession_changelist",
            ),
            by_month(found["months"]),
        ],
        **{name: moment(found.get(name)) for name in ("asked_at", "board_at", "exams_at")},
        "board": named(found["board"], names),
        "practice": named(found["practice"], names),
        "flags": [
            (flag.label, found["flags"].get(flag.value, 0), f"{questions()}&flag={flag.value}")
            for flag in Flag
        ],
        "exams": found["exams"],
        "files": [
            each | {"at": moment(each["as_of"]), "until": moment(each["expires_at"])}
            for each in found["files"]
        ],
        "exports": reverse("admin:ops_exportfile_changelist"),
    }


def names_of(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Member → name, as it is now: nothing that is kept may outlive an erasure."""
    people = Member.objects.filter(pk__in=[row["member"] for row in rows], is_active=True)
    return {str(key): name for key, name in people.values_list("pk", "display_name")}


def named(rows: Sequence[dict[str, Any]], names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        row | {"name": names[row["member"]], "address": member_page(row)}
        for row in rows
        if row["member"] in names
    ]


def by_day(title: str, days: Sequence[dict[str, Any]], figure: str, page: str) -> Chart:
    return chart(
        f"{title}, 14 days", days, figure, lambda each: each["day"], reverse(f"admin:{page}")
    )


def by_month(months: Sequence[dict[str, Any]]) -> Chart:
    return chart(
        "Descriptors, 12 months",
        months,
        "uses",
        lambda each: f"{date.fromisoformat(each['month']):%Y-%m}",
        reverse("admin:flavors_flavorwheel_statistics"),
    )


def chart(
    title: str,
    rows: Sequence[dict[str, Any]],
    figure: str,
    named: Callable[[dict[str, Any]], str],
    address: str,
) -> Chart:
    values = [int(row[figure]) for row in rows]
    texts = [f"{named(row)}: {value:,}" for row, value in zip(rows, values, strict=True)]
    return Chart(
        title,
        f"up to {max(values, default=0):,}",
        f"{sum(values):,}",
        bars_of(list(zip(map(float, values), texts, strict=True))),
        address,
    )


def member_page(row: dict[str, Any]) -> str:
    return reverse("admin:assessments_member_change", args=[row["member"]])


def questions() -> str:
    return reverse("admin:quizbank_question_changelist") + "?status__exact=active"


def moment(text: str | None) -> datetime | None:
    return timezone.localtime(datetime.fromisoformat(text)) if text else None
