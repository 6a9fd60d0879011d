"""The history of one object on its own page, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from ops.admin.history_filters import ObjectFilter
from ops.history.reading import Entry, Timeline
from ops.history.reverting import STATE, UNDO, Refused, plan, put_back
from ops.history.rows import RowChange, Subject, foreign_keys, label_of
from ops.history.signing import Signature, Signatures
from ops.history.words import Names, RowWords, describe
from ops.keys import key_of

PER_PAGE = 20
TITLES = {UNDO: "Undo this change", STATE: "Put back as it was"}


@dataclass(frozen=True)
class Line:
    """An entry as the page shows it."""

    entry: Entry
    signature: Signature
    rows: list[RowWords]
    may_undo: bool
    may_put_back: bool


class HistoryAdmin(ModelAdmin):
    """Gives a tracked model its history page, from the events that the database records.

    `history_related` is ((model, name of the foreign key), …): rows that belong to the object.
    `history_kept` names fields that are shown but never put back.
    """

    history_related: tuple[tuple[type[Model], str], ...] = ()
    history_kept: tuple[str, ...] = ()

    @property
    def joined(self) -> list[str]:
        """What the object may point to: without such a row, the object is there all the same."""
        return [key.name for key in foreign_keys(self.model) if key.null]

    def with_joined(self, obj: Model) -> list[Model]:
        return [obj, *filter(None, (getattr(obj, name) for name in self.joined))]

    @property
    def subject(self) -> Subject:
        return Subject(self.model, self.history_related, self.history_kept)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_revert"
        view = self.admin_site.admin_view(self.revert_view)
        return [path("<path:object_id>/history/revert/", view, name=name), *super().get_urls()]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Model | None:
        """No text of PostgreSQL's has a NUL in it: such a key names nothing."""
        return super().get_object(request, object_id, from_field) if "\0" not in object_id else None

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"way_back": reverse("admin:ops_historyentry_deleted"), **(extra_context or {})}
        return super().delete_view(request, object_id, context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj, timeline = self.find(request, object_id)
        if timeline is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        signatures = Signatures(entry.metadata for entry in timeline.entries)
        form = ObjectFilter(timeline, signatures, request.GET)
        page = Paginator(form.entries(), PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **self.page_context(request, obj, timeline),
            "title": f"History: {self.title_of(obj, timeline)}",
            "form": form,
            "is_filtered": form.is_valid() and any(form.cleaned_data.values()),
            "page": page,
            "lines": self.lines(request, timeline, page, signatures, obj),
            "query": query_without_page(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/history/object.html", context)

    def revert_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET says what would change; POST does it."""
        obj, timeline = self.find(request, object_id)
        if timeline is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.may_revert(request, obj):
            raise PermissionDenied
        asked = request.POST if request.method == "POST" else request.GET
        how = STATE if asked.get("how") == STATE else UNDO
        number = key_of(asked.get("entry"))
        entry = timeline.entry(number) if number is not None else None
        if entry is None:
            self.message_user(request, "Choose an entry of the history first.", messages.WARNING)
            return redirect(self.history_url(timeline.pk))
        self.check_each(request, plan(timeline, entry, how).changes)
        if request.method == "POST" and self.revert(request, timeline, entry, how):
            return redirect(self.history_url(timeline.pk))
        return self.ask(request, obj, Timeline(timeline.subject, timeline.pk), entry, how)

    def revert(self, request: HttpRequest, timeline: Timeline, entry: Entry, how: str) -> bool:
        """False, with a message, when it is refused."""
        seen = request.POST.get("seen", "")
        try:
            put_back(
                subject=timeline.subject,
                pk=timeline.pk,
                first=entry.first,
                how=how,
                seen=int(seen) if seen.isdecimal() else -1,
                note=note_of(entry, how, request.POST.get("note", "")),
            )
        except Refused as error:
            self.message_user(request, f"Nothing was changed. {error}", messages.ERROR)
            return False
        self.message_user(request, "Put back.", messages.SUCCESS)
        return True

    def ask(
        self, request: HttpRequest, obj: Model | None, timeline: Timeline, entry: Entry, how: str
    ) -> HttpResponse:
        todo = plan(timeline, entry, how)
        kept = [label_of(self.opts.get_field(name)) for name in self.history_kept]
        context = {
            **self.page_context(request, obj, timeline),
            "title": TITLES[how] if obj else "Bring back",
            "entry": entry,
            "signature": Signatures([entry.metadata]).sign(entry.metadata),
            "how": how,
            "plan": todo,
            "rows": [describe(change, timeline.subject, todo.names) for change in todo.changes],
            "kept": kept,
            "name": self.title_of(obj, timeline),
        }
        return TemplateResponse(request, "admin/history/confirm.html", context)

    def lines(
        self,
        request: HttpRequest,
        timeline: Timeline,
        page: Page[Entry],
        signatures: Signatures,
        obj: Model | None,
    ) -> list[Line]:
        timeline.load(page)
        names = Names()
        for known in self.with_joined(obj) if obj is not None else ():
            names.know(known)
        for entry in page:
            names.want_of(entry.changes)
        names.load()
        may = self.may_revert(request, obj)
        newest = timeline.entries[0] if timeline.entries else None
        return [
            Line(
                entry,
                signatures.sign(entry.metadata),
                [describe(change, timeline.subject, names) for change in entry.changes],
                may and self.can_undo(entry, obj),
                may and entry is not newest and self.existed(timeline, entry),
            )
            for entry in page
        ]

    def can_undo(self, entry: Entry, obj: Model | None) -> bool:
        """There is a field of it that this page may put back, and the object was there before."""
        own = [change for change in entry.changes if change.model is self.model and change.known]
        if obj is None:
            return any(change.after is None for change in own)
        fields = {
            field.name if change.model is self.model else ""
            for change in entry.changes
            if change.known
            for field in change.fields
        }
        added = any(change.before is None for change in own)
        return not added and bool(fields - set(self.history_kept))

    def existed(self, timeline: Timeline, entry: Entry) -> bool:
        return any(track.model is self.model for track, _ in timeline.state(entry.last))

    def may_revert(self, request: HttpRequest, obj: Model | None) -> bool:
        if obj is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, obj)

    def check_each(self, request: HttpRequest, changes: Sequence[RowChange]) -> None:
        """Related rows ask for their own permissions."""
        for change in changes:
            verb = "change"
            if change.before is None or change.after is None:
                verb = "add" if change.before is None else "delete"
            opts = change.model._meta
            if not request.user.has_perm(f"{opts.app_label}.{get_permission_codename(verb, opts)}"):
                raise PermissionDenied

    def find(self, request: HttpRequest, object_id: str) -> tuple[Model | None, Timeline | None]:
        """The object, None when it was deleted; no timeline: it never existed."""
        try:
            pk = self.opts.pk.to_python(unquote(object_id)) if "\0" not in object_id else None
        except ValidationError:
            pk = None
        rows = self.model._base_manager.filter(pk=pk)
        obj = (rows.select_related(*self.joined) if self.joined else rows).first()
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        timeline = Timeline(self.subject, pk) if pk is not None else None
        exists = obj is not None or (timeline is not None and timeline.marks)
        return obj, timeline if exists else None

    def title_of(self, obj: Model | None, timeline: Timeline) -> str:
        if obj is not None:
            return str(obj)
        names = Names()
        names.want(self.model, timeline.pk)
        return names.load().text(self.model, timeline.pk)

    def page_context(
        self, request: HttpRequest, obj: Model | None, timeline: Timeline
    ) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "object": obj,
            "timeline": timeline,
            "url": self.history_url(timeline.pk),
            "may_see_accounts": request.user.has_perm("auth.view_user"),
            "may_see_runs": request.user.has_perm("ops.view_run"),
        }

    def history_url(self, pk: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_history"
        return reverse(name, args=[quote(pk)], current_app=self.admin_site.name)


def note_of(entry: Entry, how: str, note: str) -> str:
    moment = timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M %Z")
    text = f"Undid the change of {moment}" if how == UNDO else f"Reverted to {moment}"
    why = note.replace("\0", "").strip()[:500]
    return f"{text}: {why}" if why else text


def query_without_page(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()
