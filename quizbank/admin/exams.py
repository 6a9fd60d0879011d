"""Exams, and the subjects that cut across them."""

from __future__ import annotations

from django.contrib.admin import register

from ops.admin.history import HistoryAdmin
from quizbank.models import Exam, Subject


@register(Exam)
class ExamAdmin(HistoryAdmin):
    list_display = ("code", "title")
    search_fields = ("code", "title")
    list_per_page = 50
    show_full_result_count = False


@register(Subject)
class SubjectAdmin(HistoryAdmin):
    list_display = ("name", "code")
    search_fields = ("code", "name")
    list_per_page = 50
    show_full_result_count = False
