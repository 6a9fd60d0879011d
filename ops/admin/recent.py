"""Recent changes over everything that staff edit, and what was deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pghistory.core
from django.contrib.admin import register
from django.contrib.admin.utils import quote
from django.contrib.auth import get_permission_codename, get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse

from ops.admin.history import HistoryAdmin
from ops.admin.history_filters import RecentFilter, kinds_of
from ops.admin.reading import ReadingAdmin
from ops.history import recent as reading
from ops.history.recent import Cursor, Filter, Gone, Happening, Touched
from ops.history.rows import Subject, label_of
from ops.history.signing import Signature, Signatures
from ops.history.words import Names
from ops.keys import key_of
from ops.models import HistoryEntry

# How many objects of an entry the list names; the entry's own page names them all.
NAMED = 5


@dataclass(frozen=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True)
class Part:
    """Objects of one kind that an entry touched; `rest` counts those that are not named."""

    kind: str
    operation: str
    count: int
    more: bool
    links: list[Link]
    rest: int


@dataclass(frozen=True)
class Line:
    entry: Happening
    signature: Signature
    parts: list[Part]


@register(HistoryEntry)
class RecentChanges(ReadingAdmin):
    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "ops_historyentry"
        return [
            path("", view(self.changelist_view), name=f"{name}_changelist"),
            path("deleted/", view(self.deleted_view), name=f"{name}_deleted"),
            path("<path:object_id>/change/", view(self.entry_view), name=f"{name}_change"),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        subjects = self.allowed(request)
        form = RecentFilter(subjects, request.GET)
        asked = form.cleaned_data if form.is_valid() else {}
        wanted = [
            s for s in subjects if asked.get("model") in (None, "", s.model._meta.label_lower)
        ]
        found = reading.recent(
            wanted,
            chosen=Filter(asked.get("person", ""), asked.get("day")),
            before=cursor_of(request.GET.get("before", "")),
            limit=reading.PAGE + 1,
        )
        page = found[: reading.PAGE]
        context = {
            "title": "Recent changes",
            "form": form,
            "is_filtered": any(asked.values()),
            "lines": self.lines(page, NAMED),
            "people": people(),
            "older": text_of(page[-1].cursor) if len(found) > reading.PAGE else "",
        }
        return self.answer(request, "admin/history/recent.html", context | (extra_context or {}))

    def entry_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One entry with all that it touched."""
        entry = reading.happening(self.allowed(request), object_id)
        if entry is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        context = {"title": "Change", "line": self.lines([entry], reading.MANY)[0]}
        return self.answer(request, "admin/history/entry.html", context)

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        subjects = self.allowed(request)
        kind, before = request.GET.get("model", ""), key_of(request.GET.get("before"))
        wanted = [s for s in subjects if kind in ("", s.model._meta.label_lower)]
        found = reading.deleted(wanted, before=before, limit=reading.PAGE + 1)
        page = found[: reading.PAGE]
        context = {
            "title": "Deleted",
            "kinds": kinds_of(subjects),
            "kind": kind,
            "rows": self.deleted_rows(page),
            "older": page[-1].event if len(found) > reading.PAGE else "",
        }
        return self.answer(request, "admin/history/deleted.html", context)

    def answer(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = request.GET.copy()
        query.pop("before", None)
        base = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "may_see_accounts": request.user.has_perm("auth.view_user"),
            "may_see_runs": request.user.has_perm("ops.view_run"),
            "query": query.urlencode(),
            "is_first": "before" not in request.GET,
        }
        return TemplateResponse(request, template, base | context)

    def allowed(self, request: HttpRequest) -> list[Subject]:
        """What this person may see, from the admins that show histories; then what has no admin."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        admins = self.admin_site._registry.values()
        subjects = [each.subject for each in admins if isinstance(each, HistoryAdmin)]
        covered = {track.model for subject in subjects for track in subject.tracks}
        tracked: list[Any] = pghistory.core.event_models()
        alone = {events.pgh_tracked_model for events in tracked} - covered
        subjects += [Subject(model) for model in sorted(alone, key=lambda m: m._meta.label)]
        return [subject for subject in subjects if may_view(request, subject)]

    def lines(self, page: list[Happening], most: int) -> list[Line]:
        names = reading.names_of(page, most)
        signatures = Signatures(entry.metadata for entry in page)
        return [
            Line(
                entry,
                signatures.sign(entry.metadata),
                [self.part(touched, names, most) for touched in entry.touched],
            )
            for entry in page
        ]

    def part(self, touched: Touched, names: Names, most: int) -> Part:
        model = touched.subject.model
        opts, count = model._meta, len(touched.keys)
        keys = [opts.pk.to_python(key) for key in touched.keys[:most]]
        links = [
            Link(names.text(model, key), self.history_url(touched.subject, key)) for key in keys
        ]
        kind = opts.verbose_name if count == 1 else opts.verbose_name_plural
        return Part(str(kind), touched.operation, count, touched.more, links, count - len(links))

    def deleted_rows(self, page: list[Gone]) -> list[dict[str, Any]]:
        names = Names()
        for each in page:
            names.want(each.subject.model, each.key)
        names.load()
        signatures = Signatures([each.metadata for each in page])
        return [
            {
                "at": each.at,
                "kind": label_of(each.subject.model),
                "text": str(names.get(each.subject.model, each.key) or each.key),
                "url": self.history_url(each.subject, each.key),
                "signature": signatures.sign(each.metadata),
            }
            for each in page
        ]

    def history_url(self, subject: Subject, key: Any) -> str:
        opts = subject.model._meta
        try:
            return reverse(f"admin:{opts.app_label}_{opts.model_name}_history", args=[quote(key)])
        except NoReverseMatch:
            return ""


def may_view(request: HttpRequest, subject: Subject) -> bool:
    opts = subject.model._meta
    return any(
        request.user.has_perm(f"{opts.app_label}.{get_permission_codename(verb, opts)}")
        for verb in ("view", "change")
    )


def people(limit: int = 200) -> list[str]:
    """Names to suggest."""
    staff = get_user_model()._base_manager.filter(is_staff=True)
    return list(staff.order_by("username").values_list("username", flat=True)[:limit])


def text_of(cursor: Cursor) -> str:
    return f"{cursor[0].isoformat()}~{cursor[1]}"


def cursor_of(text: str) -> Cursor | None:
    """None for nonsense: the first page."""
    moment, _, key = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        known = at.tzinfo and 1900 <= at.year < 3000
        return (at, str(UUID(key)) if key else "") if known else None
    except ValueError:
        return None
