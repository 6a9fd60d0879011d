"""The lightning round's bank."""

from __future__ import annotations

from django.contrib.admin import register
from unfold.admin import ModelAdmin

from quizbank.models import LightningQuestion


@register(LightningQuestion)
class LightningQuestionAdmin(ModelAdmin):
    list_display = ("question", "question_type", "difficulty", "is_active")
    list_filter = ("difficulty", "question_type", "is_active")
    search_fields = ("question", "correct_answer")
    list_per_page = 50
    show_full_result_count = False
