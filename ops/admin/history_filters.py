"""The filters over history pages, from the address alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from ops.history.reading import Entry, Timeline
from ops.history.rows import Subject, label_of, plural_of, tracked_fields
from ops.history.signing import Signatures

INPUT = {"class": "steward-input"}


def day_field() -> forms.DateField:
    return forms.DateField(
        required=False,
        # Days that have a neighbour in every time zone.
        validators=(MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2999, 12, 31))),
        widget=forms.DateInput(attrs=INPUT | {"type": "date"}, format="%Y-%m-%d"),
    )


class ObjectFilter(forms.Form):
    """Over the history of one object: by person, day, and field or kind of row."""

    person = forms.ChoiceField(required=False, widget=forms.Select(attrs=INPUT))
    day = day_field()
    field = forms.ChoiceField(required=False, widget=forms.Select(attrs=INPUT))

    def __init__(self, timeline: Timeline, signatures: Signatures, *args: Any) -> None:
        super().__init__(*args)
        self.timeline, self.signatures = timeline, signatures
        people = sorted({signatures.who(entry.metadata) for entry in timeline.entries})
        self.fields["person"].choices = [("", "Everybody"), *((who, who) for who in people)]  # type: ignore[attr-defined]
        self.fields["field"].choices = [("", "Any field"), *parts_of(timeline.subject)]  # type: ignore[attr-defined]

    def entries(self) -> Sequence[Entry]:
        """All of them where nothing (or nonsense) is asked for."""
        if not self.is_valid():
            return self.timeline.entries
        asked = self.cleaned_data
        found = [
            entry
            for entry in self.timeline.entries
            if asked["person"] in ("", self.signatures.who(entry.metadata))
            and asked["day"] in (None, timezone.localtime(entry.at).date())
        ]
        if asked["field"]:
            self.timeline.load(found)
            found = [entry for entry in found if asked["field"] in touched_parts(entry, self)]
        return found


class RecentFilter(forms.Form):
    """Over recent changes: by person, kind of object, and day."""

    person = forms.CharField(
        required=False,
        max_length=150,
        widget=forms.TextInput(
            attrs=INPUT | {"list": "people", "placeholder": "Everybody", "autocomplete": "off"}
        ),
    )
    model = forms.ChoiceField(required=False, label="What", widget=forms.Select(attrs=INPUT))
    day = day_field()

    def __init__(self, subjects: Sequence[Subject], *args: Any) -> None:
        super().__init__(*args)
        self.fields["model"].choices = [("", "Everything"), *kinds_of(subjects)]  # type: ignore[attr-defined]


def kinds_of(subjects: Sequence[Subject]) -> list[tuple[str, str]]:
    return [(subject.model._meta.label_lower, plural_of(subject.model)) for subject in subjects]


def parts_of(subject: Subject) -> list[tuple[str, str]]:
    """The object's fields by name, and the related rows by "@model"."""
    fields = [(f.name, label_of(f)) for f in tracked_fields(subject.model)]
    rows = [(f"@{model._meta.model_name}", plural_of(model)) for model, _ in subject.related]
    return fields + rows


def touched_parts(entry: Entry, form: ObjectFilter) -> set[str]:
    parts: set[str] = set()
    for change in entry.changes:
        if change.model is form.timeline.subject.model:
            parts |= {field.name for field in change.fields}
        else:
            parts.add(f"@{change.model._meta.model_name}")
    return parts
