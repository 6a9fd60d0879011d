"""The category tree on one page: counted, searched, and edited in place."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ops.admin.history import HistoryAdmin
from ops.errors import reason_of
from quizbank import actions
from quizbank.models import Category, Exam
from quizbank.models.category import CategoryKind
from quizbank.tree import FIGURES, SHOWN_ROWS, Branch, Tree, category_tree, moving

# The inputs of a row stand outside of the form that they belong to: a table takes no form.
EDIT_FORM = "tree-edit"
CHILD_KIND = {
    CategoryKind.SYSTEM.value: CategoryKind.TOPIC,
    CategoryKind.TOPIC.value: CategoryKind.SUBTOPIC,
    CategoryKind.SECTION.value: CategoryKind.GROUP,
}


class NameForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Category
        fields = ("name",)
        widgets = {
            "name": UnfoldAdminTextInputWidget(
                attrs={"form": EDIT_FORM, "autofocus": True, "aria-label": "Name"}
            )
        }


class BranchForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Exam and parent travel hidden: the rules that join them to the code are checked too."""

    class Meta:
        model = Category
        fields = ("exam", "parent", "code", "name", "kind")
        widgets = {
            "exam": forms.HiddenInput(attrs={"form": EDIT_FORM}),
            "parent": forms.HiddenInput(attrs={"form": EDIT_FORM}),
            "code": UnfoldAdminTextInputWidget(
                attrs={"form": EDIT_FORM, "autofocus": True, "placeholder": "Code"}
            ),
            "name": UnfoldAdminTextInputWidget(attrs={"form": EDIT_FORM, "placeholder": "Name"}),
            "kind": UnfoldAdminSelectWidget(attrs={"form": EDIT_FORM}),
        }


class CategoryTree(HistoryAdmin):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "quizbank_category_tree"
        return [
            path("tree/", view(self.tree_view), name=name),
            path("tree/add/", view(self.tree_add), name=f"{name}_add"),
            path("tree/<int:pk>/rename/", view(self.tree_rename), name=f"{name}_rename"),
            path("tree/<int:pk>/move/", view(self.tree_move), name=f"{name}_move"),
            path("tree/<int:pk>/reorder/", view(self.tree_reorder), name=f"{name}_reorder"),
            *super().get_urls(),
        ]

    def tree_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.tree_page(request, request.GET)

    def tree_add(self, request: HttpRequest) -> HttpResponse:
        self.require(request, self.has_add_permission(request))
        form = BranchForm(request.POST)
        if form.is_valid():
            try:
                actions.add_category(category=form.instance)
            except DatabaseError as error:
                form.add_error(None, reason_of(error))
        if form.is_valid():
            self.message_user(request, f"{form.instance} added.", messages.SUCCESS)
            return self.back(request, form.instance, "q", "empty")
        place = request.POST.get("parent", "")
        return self.tree_page(request, came_from(request), form=form, add=place or "0")

    def tree_rename(self, request: HttpRequest, pk: int) -> HttpResponse:
        category = self.posted(request, pk)
        if category is None:
            return self.gone(request)
        form = NameForm(request.POST, instance=category)
        if form.is_valid():
            return self.write(request, category, actions.rename_category, **form.cleaned_data)
        return self.tree_page(request, came_from(request), form=form, rename=str(pk))

    def tree_reorder(self, request: HttpRequest, pk: int) -> HttpResponse:
        category = self.posted(request, pk)
        if category is None:
            return self.gone(request)
        step = -1 if request.POST.get("step") == "up" else 1
        return self.write(request, category, actions.reorder_category, step=step)

    def tree_move(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask with the counts first; then move."""
        category = self.posted(request, pk)
        wanted = request.POST.get("parent", "")
        parent = Category.objects.filter(pk=wanted).first() if wanted.isdecimal() else None
        if category is None or (wanted and parent is None):
            return self.gone(request)
        if "confirmed" in request.POST:
            note = request.POST.get("note", "")
            return self.write(request, category, actions.move_category, parent=parent, note=note)
        return self.confirm_move(request, category, parent)

    def confirm_move(
        self, request: HttpRequest, category: Category, parent: Category | None
    ) -> HttpResponse:
        categories, questions = moving(category_id=category.pk)
        counted = (
            f"{categories:,} categor{'y' if categories == 1 else 'ies'}"
            f" with {questions:,} question{'' if questions == 1 else 's'}"
        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Move {counted}",
            "hint": "The whole branch moves; its questions stay in their categories.",
            "lines": (
                f"What moves: {category}",
                f"From: {category.parent or 'the top'}",
                f"To: {parent or 'the top'}",
            ),
            "hidden": (
                ("confirmed", "1"),
                ("parent", request.POST.get("parent", "")),
                ("back", request.POST.get("back", "")),
            ),
            "back": f"{reverse('admin:quizbank_category_tree')}?{came_from(request).urlencode()}",
        }
        return TemplateResponse(request, "admin/quizbank/confirm.html", context)

    # --- what the views share --------------------------------------------------------------------
    def require(self, request: HttpRequest, allowed: bool) -> None:
        if request.method != "POST" or not allowed:
            raise PermissionDenied

    def posted(self, request: HttpRequest, pk: int) -> Category | None:
        self.require(request, self.has_change_permission(request))
        return Category.objects.select_related("parent", "exam").filter(pk=pk).first()

    def write(
        self, request: HttpRequest, category: Category, action: Any, **values: Any
    ) -> HttpResponse:
        try:
            with transaction.atomic():
                done = action(category=category, **values)
            self.message_user(request, done, messages.SUCCESS)
        except (actions.Refused, DatabaseError) as error:
            refused = f"Nothing changed. {reason_of(error)}"
            self.message_user(request, refused, messages.ERROR)
        return self.back(request, category)

    def gone(self, request: HttpRequest) -> HttpResponse:
        self.message_user(
            request, "Nothing changed. That category is gone: somebody deleted it.", messages.ERROR
        )
        return self.back(request, None)

    def back(self, request: HttpRequest, category: Category | None, *without: str) -> HttpResponse:
        """To the tree as it was, at the category; `without` these parts of its query."""
        query = came_from(request)
        for name in without:
            query.pop(name, None)
        if category:
            query["at"] = str(category.pk)
            query["exam"] = str(category.exam_id or "")
            query["step"] = request.POST.get("step", "")
        return redirect(f"{reverse('admin:quizbank_category_tree')}?{query.urlencode()}")

    def tree_page(
        self, request: HttpRequest, query: QueryDict, form: Any = None, **mode: str
    ) -> HttpResponse:
        """`mode`: add (below which, 0 for the top), rename or move (which); else as `query` has."""
        exams = list(Exam.objects.all())
        exam = chosen_exam(exams, query.get("exam"))
        tree = category_tree(exam_id=exam.pk if exam else None)
        mode = mode or {name: query.get(name, "") for name in ("add", "rename", "move")}
        if not self.has_change_permission(request):
            mode |= {"rename": "", "move": ""}
        if not self.has_add_permission(request):
            mode["add"] = ""
        rows = chosen_rows(tree, query, mode)
        by_key = {branch.key: branch for branch in tree.branches}
        mover = by_key.get(mode.get("move", ""))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Category tree",
            "exams": exams,
            "exam": exam,
            "tree": tree,
            "rows": rows[:SHOWN_ROWS],
            "more": max(0, len(rows) - SHOWN_ROWS),
            "empty": len(tree.empty()),
            "figures": list(FIGURES),
            "totals": list(zip(FIGURES, tree.totals, strict=True)),
            "q": query.get("q", ""),
            "only_empty": "empty" in query,
            "at": query.get("at", ""),
            "step": query.get("step", ""),
            "here": kept(query, exam).urlencode(),
            "opened": query.getlist("open"),
            "add_to": known(mode.get("add", ""), rows, otherwise="0"),
            "rename": known(mode.get("rename", ""), rows),
            "mover": mover,
            "not_here": tree.below(mover.id) | {mover.parent_id} if mover else (),
            "form": form or self.form_for(mode, by_key, exam),
            "may_add": self.has_add_permission(request),
            "may_change": self.has_change_permission(request),
            "may_see_questions": request.user.has_perm("quizbank.view_question"),
        }
        return TemplateResponse(request, "admin/quizbank/category/tree.html", context)

    def form_for(
        self, mode: dict[str, str], by_key: dict[str, Branch], exam: Exam | None
    ) -> NameForm | BranchForm | None:
        if branch := by_key.get(mode.get("rename", "")):
            return NameForm(initial={"name": branch.name})
        if mode.get("add"):
            parent = by_key.get(mode["add"])
            first = next(iter(by_key.values()), None)
            like = first.kind if first else CategoryKind.SYSTEM
            kind = CHILD_KIND.get(parent.kind, parent.kind) if parent else like
            start = {"exam": exam, "parent": parent.id if parent else None, "kind": kind}
            return BranchForm(initial=start)
        return None


def known(key: str, rows: list[Branch], otherwise: str = "") -> str:
    """The key, if its row is shown."""
    return key if not key or any(row.key == key for row in rows) else otherwise


def came_from(request: HttpRequest) -> QueryDict:
    """The tree's own query, which its forms carry."""
    return QueryDict(request.POST.get("back", ""), mutable=True)


def kept(query: QueryDict, exam: Exam | None) -> QueryDict:
    """What stays of the query on the next page: the exam, the search, what is open."""
    rest = query.copy()
    for name in ("add", "rename", "move", "at", "step"):
        rest.pop(name, None)
    rest["exam"] = str(exam.pk) if exam else ""
    return rest


def chosen_exam(exams: list[Exam], wanted: str | None) -> Exam | None:
    """The exam of the query; without one the first; None for the shared categories."""
    if wanted is None:
        return exams[0] if exams else None
    return next((exam for exam in exams if str(exam.pk) == wanted), None)


def chosen_rows(tree: Tree, query: QueryDict, mode: dict[str, str]) -> list[Branch]:
    text = query.get("q", "").strip()
    if text or "empty" in query:
        found = tree.matching(text) if text else {branch.id for branch in tree.branches}
        return tree.found(found & tree.empty() if "empty" in query else found)
    opened = {int(key) for key in query.getlist("open") if key.isdecimal()}
    for key in (query.get("at", ""), *mode.values()):
        if key.isdecimal():
            opened |= tree.line(int(key)) - {int(key)}
    return tree.shown(opened=opened)
