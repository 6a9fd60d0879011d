"""Forms whose rows the database may still refuse when they are saved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from ops.errors import reason_of


class RefusableForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    # What the database refused a moment ago; said here so that the form keeps the text.
    refusal = ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.refusal:
            raise ValidationError(self.refusal)
        return data


class RefusableAdmin(ModelAdmin):
    """Shows the form again, with its text and the database's reason, where nothing was written."""

    form = RefusableForm

    def reason_of(self, error: DatabaseError) -> str:
        return reason_of(error)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", "")
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DatabaseError as error:
            if request.method != "POST":
                raise
            request.refusal = self.reason_of(error)  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)
