"""The category tree."""

from __future__ import annotations

from django.contrib.admin import register

from ops.admin.history import HistoryAdmin
from quizbank.models import Category


@register(Category)
class CategoryAdmin(HistoryAdmin):
    list_display = ("code", "name", "kind", "exam", "parent", "position")
    list_select_related = ("exam", "parent")
    search_fields = ("code", "name")
    autocomplete_fields = ("parent", "exam")
    list_per_page = 50
    show_full_result_count = False
