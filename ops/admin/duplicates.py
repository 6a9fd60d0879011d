"""Screens on which a person decides what is the same: groups that are alike, what was merged, what
is not the same. Of an app's own: what its rows show, and the steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from ops.admin.reading import ReadingAdmin
from ops.errors import reason_of
from ops.runs import enqueue
from ops.work import Refused

type Step = Callable[[dict[str, Any], Any], str]


class DuplicatesAdmin(ReadingAdmin):
    """Of the model of similar pairs. `<tab>_rows` gives the template's context for each tab.

    A step takes what `form_class` made of the POST, and the person; it answers in a sentence.
    """

    kept = ("changelist",)
    tabs: tuple[str, ...] = ("similar", "merged", "dismissed")
    # The operation that compares; those who may start it hold `compare` on the model.
    comparison = ""
    steps: Mapping[str, Step] = {}
    form_class: type[forms.Form] = forms.Form
    refusals: tuple[type[Exception], ...] = (Refused, DatabaseError)
    # The tab on which what a step did can be taken back, and what the link to it says.
    ways_back: Mapping[str, tuple[str, str]] = {
        "merge": ("merged", "Undo under Merged"),
        "dismiss": ("dismissed", "Take back under Not duplicates"),
    }
    # What the list's address keeps when a step leads back to it.
    carried: tuple[str, ...] = ("show", "p")

    def name_of(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("compare/", view(self.compare_view), name=self.name_of("compare")),
            path("<slug:step>/", view(self.step_view), name=self.name_of("step")),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        shown = request.GET.get("show", "")
        shown = shown if shown in self.tabs else self.tabs[0]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": capfirst(self.opts.verbose_name_plural),
            "shown": shown,
            "may_decide": self.may_decide(request),
            **getattr(self, f"{shown}_rows")(request),
        }
        return TemplateResponse(request, self.page_template, context)

    def compare_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not self.may_compare(request):
            raise PermissionDenied
        order = self.comparison_order(request)
        _, created = enqueue(operation=self.comparison, parameters=order, user=request.user)
        if not created:
            self.message_user(request, "They are being compared already.", messages.INFO)
        return self.back_to_list(request)

    def step_view(self, request: HttpRequest, step: str) -> HttpResponse:
        if request.method != "POST" or not self.may_decide(request):
            raise PermissionDenied
        form = self.form_class(request.POST)
        try:
            if step not in self.steps or not form.is_valid():
                raise Refused("That is nothing to do here.")
            with transaction.atomic():
                done = self.steps[step](form.cleaned_data, request.user)
            self.message_user(request, self.with_way_back(step, done), messages.SUCCESS)
        except self.refusals as error:
            self.message_user(request, f"Nothing was changed: {reason_of(error)}", messages.ERROR)
        return self.back_to_list(request)

    def with_way_back(self, step: str, done: str) -> str:
        if step not in self.ways_back:
            return done
        tab, label = self.ways_back[step]
        address = reverse(f"admin:{self.name_of('changelist')}", query={"show": tab})
        return format_html('{} <a class="steward-link" href="{}">{}</a>', done, address, label)

    def back_to_list(self, request: HttpRequest) -> HttpResponse:
        """Where the form stood: its address has the list's tab, filter and page."""
        back = redirect(f"admin:{self.name_of('changelist')}")
        kept = {name: request.GET[name] for name in self.carried if name in request.GET}
        back["Location"] += f"?{urlencode(kept)}" if kept else ""
        return back

    def comparison_order(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def may_compare(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.compare_{self.opts.model_name}")

    def may_decide(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")


class Keys(forms.TypedMultipleChoiceField):
    """Any number of keys, as checkboxes of one name send them."""

    def valid_value(self, value: Any) -> bool:
        return True
