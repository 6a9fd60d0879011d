"""A tree of categories on one page: counted, searched, and edited in place.

    @register(Category)
    class CategoryAdmin(TreeAdmin):
        branch_form, edit_form = BranchForm, EditForm

        def scopes(self): …              # what the page shows one of: an exam, a kind
        def tree_of(self, scope): …      # ops.trees.reading.Tree
        def moving(self, category): …    # "2 categories with 3 questions"

Declare `<app>_<model>_tree` and its steps in tests/test_permissions.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import pghistory
from django import forms
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from ops.admin.history import HistoryAdmin
from ops.errors import reason_of
from ops.history.reverting import Refused as NotPutBack
from ops.keys import key_of
from ops.trees import changing
from ops.trees.reading import Tree
from ops.work import Refused

# The inputs of a row stand outside of the form that they belong to: a table takes no form.
EDIT_FORM = "tree-edit"
# More than this are not shown at once: nobody reads them, and the page would be slow.
SHOWN_ROWS = 1_000
# In a list of so many places people still find one.
LISTED_PLACES = 400
MODES = ("add", "edit", "move")
# What of the address is of one page alone.
PASSING = (*MODES, "at", "step", "done")


class Scope(NamedTuple):
    """One of the trees of a page; `value` is what its rows have in the model's `tree_scope`."""

    key: str
    label: str
    title: str
    value: Any


class RowForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A row's own fields; those of a place travel hidden, so that its rules are checked too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["form"] = EDIT_FORM
        first = next(iter(self.visible_fields()), None)
        if first:
            first.field.widget.attrs["autofocus"] = True


@dataclass
class Look:
    """What of which tree an address shows; `mode`: add (below which, 0 for the top), edit or move
    (which)."""

    query: QueryDict
    scope: Scope
    tree: Tree[Any]
    mode: dict[str, str]

    def rows(self) -> list[Any]:
        text = self.query.get("q", "").strip()
        tree = self.tree
        if text or "empty" in self.query:
            found = tree.matching(text) if text else {branch.id for branch in tree.branches}
            return tree.found(found & tree.empty() if "empty" in self.query else found)
        opened = {int(key) for key in self.query.getlist("open") if key.isdecimal()}
        for key in (self.query.get("at", ""), *self.mode.values()):
            if key.isdecimal():
                opened |= tree.line(int(key)) - {int(key)}
        return tree.shown(opened=opened)

    def kept(self, name: str) -> QueryDict:
        """What stays of the query on the next page: the scope, the search, what is open."""
        rest = self.query.copy()
        for passing in PASSING:
            rest.pop(passing, None)
        rest[name] = self.scope.key
        return rest

    def opened_for(self, rows: list[Any]) -> dict[str, Any]:
        """The row that is edited, added to or moved; only what is shown can be."""
        mover = self.tree.by_key.get(self.mode.get("move", ""))
        not_here = {mover.parent_id, *self.tree.below(mover.id)} if mover else set()
        places = [branch for branch in self.tree.branches if branch.id not in not_here]
        return {
            "add_to": known(self.mode.get("add", ""), rows, otherwise="0"),
            "edit": known(self.mode.get("edit", ""), rows),
            "mover": mover,
            "not_here": not_here,
            "places": places if mover and len(places) <= LISTED_PLACES else (),
        }


class TreeAdmin(HistoryAdmin):
    branch_form: type[RowForm] = RowForm
    edit_form: type[RowForm] = RowForm
    edit_label = "Rename"
    tree_title = "Category tree"
    tree_hint = ""
    search_hint = "Name"
    # Of each row, before its name.
    mark_template = ""
    # The names of what is counted.
    figures: Sequence[str] = ()
    # The list that a figure's filter belongs to, and the parameter that takes a branch.
    figures_list = ""
    figures_filter = "category"
    figures_permission = ""

    def scopes(self) -> Sequence[Scope]:
        raise NotImplementedError

    def tree_of(self, scope: Scope) -> Tree[Any]:
        raise NotImplementedError

    def moving(self, category: Any) -> str:
        raise NotImplementedError

    def start_of(self, parent: Any, scope: Scope, tree: Tree[Any]) -> dict[str, Any]:
        """What the form of a branch below `parent` begins with; None: at the top."""
        return {}

    def name_of(self, page: str = "") -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_tree{page}"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("tree/", view(self.tree_view), name=self.name_of()),
            path("tree/add/", view(self.tree_add), name=self.name_of("_add")),
            path("tree/undo/", view(self.tree_undo), name=self.name_of("_undo")),
            path("tree/<int:pk>/edit/", view(self.tree_edit), name=self.name_of("_edit")),
            path("tree/<int:pk>/move/", view(self.tree_move), name=self.name_of("_move")),
            path("tree/<int:pk>/reorder/", view(self.tree_reorder), name=self.name_of("_reorder")),
            *super().get_urls(),
        ]

    # --- the steps -------------------------------------------------------------------------------
    def tree_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.tree_page(request, request.GET)

    def tree_add(self, request: HttpRequest) -> HttpResponse:
        self.require(request, self.has_add_permission(request))
        form = self.branch_form(request.POST)
        if form.is_valid():
            try:
                with pghistory.context() as change:
                    done = changing.add_category(category=form.instance)
                self.message_user(request, done, messages.SUCCESS)
                return self.back(request, form.instance, change.id, without=("q", "empty"))
            except DatabaseError as error:
                form.add_error(None, reason_of(error))
        place = request.POST.get("parent", "")
        return self.tree_page(request, came_from(request), form=form, add=place or "0")

    def tree_edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        category = self.posted(request, pk)
        if category is None:
            return self.gone(request)
        form = self.edit_form(request.POST, instance=category)
        if form.is_valid():
            return self.write(request, category, changing.edit_category, values=form.cleaned_data)
        return self.tree_page(request, came_from(request), form=form, edit=str(pk))

    def tree_reorder(self, request: HttpRequest, pk: int) -> HttpResponse:
        category = self.posted(request, pk)
        if category is None:
            return self.gone(request)
        step = -1 if request.POST.get("step") == "up" else 1
        return self.write(request, category, changing.reorder_category, step=step)

    def tree_move(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask with the counts first; then move. Among its siblings it goes at once."""
        category = self.posted(request, pk)
        wanted = request.POST.get("parent", "")
        parent = self.model.objects.filter(pk=key_of(wanted)).first() if wanted else None
        if category is None or (wanted and parent is None):
            return self.gone(request)
        place = {"parent": parent, "before": key_of(request.POST.get("before"))}
        stays = place["before"] and category.parent_id == (parent.pk if parent else None)
        if "confirmed" in request.POST or stays:
            note = request.POST.get("note", "")
            return self.write(request, category, changing.move_category, note=note, **place)
        return self.confirm_move(request, category, parent, place["before"])

    def confirm_move(
        self, request: HttpRequest, category: Any, parent: Any, before: int | None
    ) -> HttpResponse:
        to = str(parent or "the top")
        next_one = self.model.objects.filter(pk=before).first() if before else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Move {self.moving(category)}",
            "hint": "The whole branch moves, with all that stands in it.",
            "lines": (
                f"What moves: {category}",
                f"From: {category.parent or 'the top'}",
                f"To: {to}, before {next_one}" if next_one else f"To: {to}",
            ),
            "hidden": (
                ("confirmed", "1"),
                *((name, request.POST.get(name, "")) for name in ("parent", "before", "back")),
            ),
            "back": f"{self.tree_url()}?{came_from(request).urlencode()}",
        }
        return TemplateResponse(request, "admin/confirm.html", context)

    def tree_undo(self, request: HttpRequest) -> HttpResponse:
        self.require(request, self.has_change_permission(request))
        try:
            change = UUID(request.POST.get("done", ""))
            may_delete = self.has_delete_permission(request)
            with pghistory.context() as undoing, transaction.atomic():
                done = changing.undo_change(model=self.model, change=change, may_delete=may_delete)
            self.message_user(request, done, messages.SUCCESS)
            return self.back(request, None, undoing.id)
        except (ValueError, Refused, NotPutBack, DatabaseError) as error:
            reason = "There is nothing to undo." if type(error) is ValueError else reason_of(error)
            self.message_user(request, f"Nothing changed. {reason}", messages.ERROR)
        return self.back(request, None)

    # --- what the steps share --------------------------------------------------------------------
    def require(self, request: HttpRequest, allowed: bool) -> None:
        if request.method != "POST" or not allowed:
            raise PermissionDenied

    def posted(self, request: HttpRequest, pk: int) -> Any:
        self.require(request, self.has_change_permission(request))
        return self.model.objects.select_related("parent").filter(pk=pk).first()

    def write(
        self, request: HttpRequest, category: Any, action: Any, **values: Any
    ) -> HttpResponse:
        try:
            with pghistory.context() as change, transaction.atomic():
                done = action(category=category, **values)
            self.message_user(request, done, messages.SUCCESS)
            return self.back(request, category, change.id)
        except (Refused, DatabaseError) as error:
            refused = f"Nothing changed. {reason_of(error)}"
            self.message_user(request, refused, messages.ERROR)
        return self.back(request, category)

    def gone(self, request: HttpRequest) -> HttpResponse:
        self.message_user(
            request, "Nothing changed. That category is gone: somebody deleted it.", messages.ERROR
        )
        return self.back(request, None)

    def tree_url(self) -> str:
        return reverse(f"admin:{self.name_of()}")

    def back(
        self,
        request: HttpRequest,
        category: Any,
        done: UUID | None = None,
        without: Sequence[str] = (),
    ) -> HttpResponse:
        """To the tree as it was, at the category; `without` these parts of its query."""
        query = came_from(request)
        for name in without:
            query.pop(name, None)
        if category:
            query["at"] = str(category.pk)
            query[self.model.tree_scope] = self.scope_key(category)
            query["step"] = request.POST.get("step", "")
        if done:
            query["done"] = str(done)
        return redirect(f"{self.tree_url()}?{query.urlencode()}")

    def scope_key(self, category: Any) -> str:
        field = self.opts.get_field(self.model.tree_scope)
        return str(getattr(category, field.attname) or "")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        request.left = self.scope_key(obj)  # type: ignore[attr-defined]
        super().delete_model(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        """To the tree, where it can be taken back."""
        response = super().response_delete(request, obj_display, obj_id)
        if IS_POPUP_VAR in request.POST:
            return response
        with pghistory.context() as change:
            query = {self.model.tree_scope: getattr(request, "left", ""), "done": str(change.id)}
            return redirect(f"{self.tree_url()}?{urlencode(query)}")

    # --- the page --------------------------------------------------------------------------------
    def look_at(self, request: HttpRequest, query: QueryDict, mode: dict[str, str]) -> Look:
        scopes = self.scopes()
        wanted = query.get(self.model.tree_scope)
        scope = next((each for each in scopes if each.key == wanted), scopes[0])
        mode = mode or {name: query.get(name, "") for name in MODES}
        if not self.has_change_permission(request):
            mode |= {"edit": "", "move": ""}
        if not self.has_add_permission(request):
            mode["add"] = ""
        return Look(query, scope, self.tree_of(scope), mode)

    def tree_page(
        self, request: HttpRequest, query: QueryDict, form: Any = None, **mode: str
    ) -> HttpResponse:
        look = self.look_at(request, query, mode)
        rows = look.rows()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.tree_title,
            "tree_admin": self,
            "urls": self.tree_urls(),
            "import_url": self.import_url(),
            "scopes": self.scopes(),
            "scope": look.scope,
            "scope_name": self.model.tree_scope,
            "tree": look.tree,
            "totals": list(zip(self.figures, look.tree.totals, strict=True)),
            "columns": len(self.figures) + 2,
            "rows": rows[:SHOWN_ROWS],
            "more": max(0, len(rows) - SHOWN_ROWS),
            "empty": len(look.tree.empty()),
            "only_empty": "empty" in query,
            "query": {name: query.get(name, "") for name in ("q", "at", "step", "done")},
            "here": look.kept(self.model.tree_scope).urlencode(),
            "form": form or self.form_for(look),
            **look.opened_for(rows),
            **self.rights(request),
        }
        return TemplateResponse(request, "admin/tree/page.html", context)

    def tree_urls(self) -> dict[str, str]:
        """Once for all rows: there may be hundreds. `edit` and `move` take a key."""
        return {
            "tree": self.tree_url(),
            "list": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
            "add": reverse(f"admin:{self.name_of('_add')}"),
            "undo": reverse(f"admin:{self.name_of('_undo')}"),
            "edit": f"admin:{self.name_of('_edit')}",
            "move": f"admin:{self.name_of('_move')}",
            "figures": reverse(f"admin:{self.figures_list}") if self.figures_list else "",
        }

    def import_url(self) -> str:
        return ""

    def rights(self, request: HttpRequest) -> dict[str, bool]:
        permission = self.figures_permission
        return {
            "may_add": self.has_add_permission(request),
            "may_change": self.has_change_permission(request),
            "may_delete": self.has_delete_permission(request),
            "may_see_figures": bool(permission) and request.user.has_perm(permission),
        }

    def form_for(self, look: Look) -> RowForm | None:
        if branch := look.tree.by_key.get(look.mode.get("edit", "")):
            fields = self.edit_form.base_fields
            return self.edit_form(initial={name: getattr(branch, name) for name in fields})
        if look.mode.get("add"):
            parent = look.tree.by_key.get(look.mode["add"])
            place = {self.model.tree_scope: look.scope.value, "parent": parent and parent.id}
            return self.branch_form(initial=place | self.start_of(parent, look.scope, look.tree))
        return None


def known(key: str, rows: list[Any], otherwise: str = "") -> str:
    """The key, if its row is shown."""
    return key if not key or any(row.key == key for row in rows) else otherwise


def came_from(request: HttpRequest) -> QueryDict:
    """The tree's own query, which its forms carry."""
    return QueryDict(request.POST.get("back", ""), mutable=True)
