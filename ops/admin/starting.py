"""Starting an operation by hand: its form comes from the parameters that it declares."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from ops.admin.reading import ReadingAdmin
from ops.registry import Operation, Parameter, declared
from ops.runs import enqueue, may_start
from ops.work import Refused


def startable(user: Any) -> list[Operation]:
    """What this person may start here. Operations on targets have screens of their own."""
    return [
        operation
        for operation in declared(Operation).values()
        if operation.target_type == "operation" and may_start(user, operation)
    ]


class StartingAdmin(ReadingAdmin):
    """The "add" page of the ledger."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(startable(request.user))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        operations = {operation.name: operation for operation in startable(request.user)}
        if not operations:
            raise PermissionDenied
        name = request.GET.get("operation", "")
        if name not in operations:
            return self.start_page(request, operations=operations.values())
        operation = operations[name]
        form = form_for(operation)(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                return self.start(request, operation, form.parameters())
            except Refused as refusal:
                form.add_error(None, str(refusal))
        return self.start_page(request, operation=operation, form=form)

    def start(
        self, request: HttpRequest, operation: Operation, parameters: dict[str, Any]
    ) -> HttpResponse:
        run, created = enqueue(operation=operation.name, parameters=parameters, user=request.user)
        if not created:
            self.message_user(request, "It is going already: this is that run.")
        return redirect("admin:ops_run_change", run.pk)

    def start_page(self, request: HttpRequest, **context: Any) -> HttpResponse:
        everywhere = self.admin_site.each_context(request)
        return TemplateResponse(
            request,
            "admin/ops/run/start.html",
            {**everywhere, "opts": self.opts, "title": "Start an operation", **context},
        )


class StartForm(forms.Form):
    def parameters(self) -> dict[str, Any]:
        """What was filled in, as JSON types."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in self.cleaned_data.items()
            if value not in (None, "", False)
        }


def form_for(operation: Operation) -> type[StartForm]:
    fields = {each.name: field_for(each) for each in operation.parameters}
    return type("OperationForm", (StartForm,), fields)


def field_for(parameter: Parameter) -> forms.Field:
    words: dict[str, Any] = {"label": parameter.label, "help_text": parameter.help}
    words["required"] = parameter.required and parameter.kind != "yes_no"
    if parameter.choices:
        choices = [(choice, choice) for choice in parameter.choices]
        choices = choices if parameter.required else [("", ""), *choices]
        return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget, **words)
    if parameter.kind == "number":
        return forms.IntegerField(widget=UnfoldAdminIntegerFieldWidget, **words)
    if parameter.kind == "yes_no":
        return forms.BooleanField(widget=UnfoldBooleanSwitchWidget, **words)
    if parameter.kind == "day":
        widget = forms.DateInput(attrs={"type": "date", "class": "steward-input"})
        return forms.DateField(widget=widget, **words)
    return forms.CharField(max_length=500, widget=UnfoldAdminTextInputWidget, **words)
