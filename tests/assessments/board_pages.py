"""Boards with members on them, and what their pages say."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from assessments.models import Member
from tests.assessments.people import make_member, make_session

BOARD = "/admin/assessments/leaderboardrow/"
NOW = timezone.now()


def refresh() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_assessment_leaderboard()")


def ranked(*scores: int, **given: Any) -> list[Member]:
    """A member for each score, the first one having completed first."""
    members = []
    for number, score in enumerate(scores):
        moment = NOW - timedelta(days=1) + timedelta(minutes=number)
        member = make_member(f"Member {number}")
        values = {"category_scores": {"technical": score}, "started_at": moment}
        make_session(member, **{"overall_score": score, "completed_at": moment} | values | given)
        members.append(member)
    return members


def lines(answer: HttpResponse) -> list[list[str]]:
    """The cells of the board's table as text."""
    assert answer.status_code == 200
    page = answer.content.decode()
    [body] = re.findall(r'<table class="[^"]* board">.*?<tbody>(.*?)</tbody>', page, re.S) or [""]
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", unescape(cell)).split()) for cell in cells]
        for cells in (re.findall(r"<td.*?>(.*?)</td>", row, re.S) for row in body.split("</tr>"))
        if cells
    ]


def column(answer: HttpResponse, number: int) -> list[str]:
    return [cells[number] for cells in lines(answer)]


def text_of(answer: HttpResponse) -> str:
    assert answer.status_code == 200
    page = answer.content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


def link(answer: HttpResponse, words: str) -> str:
    [address] = set(re.findall(rf'href="([^"]+)">{words}', answer.content.decode()))
    return unescape(address)
