"""What the page of a question says of its problem reports."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from quizbank.models import Question
from quizbank.reports import reading


def reported_line(request: HttpRequest, question: Question) -> dict[str, Any] | None:
    """For those who may follow the link."""
    may = request.user.has_perm("quizbank.view_problemreport")
    return reading.waiting_line(question) if may else None


def offer_fix(model_admin: ModelAdmin, request: HttpRequest, question: Question) -> None:
    """After a publication: reports that an earlier revision met may be fixed now."""
    fix = reading.possible_fixes(question).first()
    line = reading.waiting_line(question)
    if not (fix and line and request.user.has_perm("quizbank.change_problemreport")):
        return
    total = line["open"] + line["accepted"]
    model_admin.message_user(
        request,
        format_html(
            '{} of an earlier revision wait{}. <a class="steward-link" href="{}">Mark as fixed by'
            " revision {}</a>",
            f"{total:,} problem report{'' if total == 1 else 's'}",
            "s" if total == 1 else "",
            reverse("admin:quizbank_problemreport_change", args=[line["newest"]]),
            fix.number,
        ),
        messages.WARNING,
    )
