"""The category tree of each exam, edited in place."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ops.admin.trees import RowForm, Scope, TreeAdmin
from ops.trees.reading import Tree
from quizbank.models import Category, Exam
from quizbank.models.category import CategoryKind
from quizbank.tree import FIGURES, Branch, category_tree, moving

CHILD_KIND = {
    CategoryKind.SYSTEM.value: CategoryKind.TOPIC,
    CategoryKind.TOPIC.value: CategoryKind.SUBTOPIC,
    CategoryKind.SECTION.value: CategoryKind.GROUP,
}


class NameForm(RowForm):
    class Meta:
        model = Category
        fields = ("name",)
        widgets = {"name": UnfoldAdminTextInputWidget(attrs={"aria-label": "Name"})}


class BranchForm(RowForm):
    class Meta:
        model = Category
        fields = ("exam", "parent", "code", "name", "kind")
        widgets = {
            "exam": forms.HiddenInput,
            "parent": forms.HiddenInput,
            "code": UnfoldAdminTextInputWidget(attrs={"placeholder": "Code"}),
            "name": UnfoldAdminTextInputWidget(attrs={"placeholder": "Name"}),
            "kind": UnfoldAdminSelectWidget,
        }


class CategoryTree(TreeAdmin):
    branch_form, edit_form = BranchForm, NameForm
    tree_hint = (
        "Each figure counts the questions of the whole branch, each question once;"
        " one that stands in two branches counts in both."
    )
    search_hint = "Code or name"
    figures = tuple(FIGURES)
    figures_list = "quizbank_question_changelist"
    figures_permission = "quizbank.view_question"

    def scopes(self) -> list[Scope]:
        """With the first exam as the first tree to see."""
        exams = [Scope(str(each.pk), each.code, str(each), each.pk) for each in Exam.objects.all()]
        return [*exams, Scope("", "Shared", "Shared by several exams", None)]

    def tree_of(self, scope: Scope) -> Tree[Branch]:
        return category_tree(exam_id=scope.value)

    def moving(self, category: Any) -> str:
        categories, questions = moving(category_id=category.pk)
        return (
            f"{categories:,} categor{'y' if categories == 1 else 'ies'}"
            f" with {questions:,} question{'' if questions == 1 else 's'}"
        )

    def start_of(self, parent: Branch | None, scope: Scope, tree: Tree[Branch]) -> dict[str, Any]:
        if parent:
            return {"kind": CHILD_KIND.get(parent.kind, parent.kind)}
        return {"kind": tree.branches[0].kind if tree.branches else CategoryKind.SYSTEM}
