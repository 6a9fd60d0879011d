"""What the rows of a board may be narrowed to; their ranks stay as they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from assessments.models.choices import CareerLevel
from assessments.public import in_words
from ops.keys import midnight

PERIODS = ((30, "Last 30 days"), (90, "Last 90 days"), (365, "Last 365 days"))


class Day(UnfoldAdminTextInputWidget):
    input_type = "date"


class BoardFilters(forms.Form):
    archetype = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    badge = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    career_level = forms.ChoiceField(
        choices=[("", "Any"), *CareerLevel.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    period = forms.TypedChoiceField(
        label="completed",
        choices=[("", "Any time"), *PERIODS],
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    first = forms.DateField(label="completed from", required=False, widget=Day)
    last = forms.DateField(label="to", required=False, widget=Day)

    def __init__(
        self, data: Any, archetypes: Iterable[str], badges: Iterable[tuple[str, str]]
    ) -> None:
        # Without a filter in the address nothing can be wrong in it.
        super().__init__(data, auto_id="filter-%s")
        named = [(each, in_words(each)) for each in archetypes]
        self.choose("archetype", named)
        self.choose("badge", badges)

    def choose(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # narrows the type
        field.choices = [("", "Any"), *choices]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if values.get("period") and (first or last):
            self.add_error("period", "Choose a period, or days from and to: not both.")
        if first and last and first > last:
            self.add_error("last", "This day is before the first one.")
        return values

    def conditions(self) -> Q:
        """Everybody, while something is wrong."""
        if not self.is_valid():
            return Q()
        values = self.cleaned_data
        chosen = Q()
        if archetype := values["archetype"]:
            chosen &= Q(archetype=archetype)
        if badge := values["badge"]:
            chosen &= Q(badges__contains=[badge])
        if level := values["career_level"]:
            chosen &= Q(career_level=level)
        if days := values["period"]:
            chosen &= Q(completed_at__gte=timezone.now() - timedelta(days=days))
        return chosen & between(values["first"], values["last"])

    def used(self) -> dict[str, str]:
        """Filter → value as the address has it."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}


def between(first: date | None, last: date | None) -> Q:
    """Both days included, in the person's zone."""
    chosen = Q(completed_at__gte=midnight(first)) if first else Q()
    if last and last < date.max:
        chosen &= Q(completed_at__lt=midnight(last + timedelta(days=1)))
    return chosen
