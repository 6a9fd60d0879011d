"""Categories: the list and the form; the tree is a page of its own."""

from __future__ import annotations

from django.contrib.admin import register

from ops.admin.deletion import CountedDeletion
from ops.admin.refusals import RefusableAdmin
from quizbank.admin.category_tree import CategoryTree
from quizbank.admin.forms import NamedForm
from quizbank.models import Category, QuestionCategory


@register(Category)
class CategoryAdmin(RefusableAdmin, CountedDeletion, CategoryTree):
    form = NamedForm
    in_the_way = (
        (Category, "parent", "Categories below it, to be moved or deleted first"),
        (QuestionCategory, "category", "Questions in it, to be moved to another category first"),
    )
    list_display = ("code", "name", "kind", "exam", "parent", "position")
    list_select_related = ("exam", "parent")
    list_filter = ("exam", "kind")
    search_fields = ("code", "name")
    autocomplete_fields = ("parent", "exam")
    list_per_page = 50
    show_full_result_count = False
