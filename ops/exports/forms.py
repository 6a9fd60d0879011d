"""The form of an export's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ops.exports.filters import choices_of, value_of
from ops.exports.orders import FORMATS, WORDS, Order, may_export_personal
from ops.registry import Export, ExportFilter
from ops.work import Refused


class ExportForm(forms.Form):
    """Fields of filters have their filter's name."""

    format = forms.ChoiceField(
        choices=[(name, WORDS[name]) for name in FORMATS], widget=UnfoldAdminSelectWidget
    )

    def __init__(self, export: Export, user: Any, data: Any = None) -> None:
        super().__init__(data, initial={"format": FORMATS[0], "with_personal": True})
        self.export = export
        if export.made or export.at:
            self.fields["since"] = day("From day", "As days of your time zone.")
            self.fields["until"] = day("To day", "This day is part of it.")
        self.filters = {each.name: each for each in export.filters}
        self.fields |= {name: field_of(each) for name, each in self.filters.items()}
        if export.personal and may_export_personal(user, export):
            self.fields["with_personal"] = forms.BooleanField(
                label="With personal data", required=False, help_text=columns_in_words(export)
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", "It is before the first day.")
        for name, known in self.filters.items():
            if text := values.get(name):
                try:
                    values[name] = value_of(known, text)
                except Refused as refusal:
                    self.add_error(name, str(refusal))
        return values

    def order(self) -> Order:
        values = self.cleaned_data
        return Order(
            export=self.export,
            format=values["format"],
            with_personal=values.get("with_personal", False),
            since=values.get("since"),
            until=values.get("until"),
            zone=timezone.get_current_timezone_name(),
            chosen={name: values[name] for name in self.filters if values.get(name)},
        )


def day(label: str, help_text: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "steward-input"})
    return forms.DateField(label=label, required=False, widget=widget, help_text=help_text)


def field_of(known: ExportFilter) -> forms.Field:
    words: dict[str, Any] = {"label": known.label, "required": False, "help_text": known.help}
    if known.choices:
        choices = [("", "All"), *choices_of(known)]
        return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget, **words)
    return forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget, **words)


def columns_in_words(export: Export) -> str:
    return ", ".join(name for name in export.columns if name in export.personal)
