from __future__ import annotations

from typing import Any

from django import forms

from assessments.models.choices import CareerLevel
from assessments.queries.directory import Options


class DirectoryForm(forms.Form):
    """The filters of the public list."""

    level = forms.ChoiceField(
        label="Career level", required=False, choices=[("", "Any"), *CareerLevel.choices]
    )
    badge = forms.ChoiceField(required=False)
    archetype = forms.ChoiceField(required=False)

    def __init__(self, data: Any, options: Options) -> None:
        super().__init__(data, label_suffix="")
        archetypes = [(archetype, archetype) for archetype in options.archetypes]
        self.fields["badge"].choices = [("", "Any"), *options.badges.items()]  # type: ignore[attr-defined]
        self.fields["archetype"].choices = [("", "Any"), *archetypes]  # type: ignore[attr-defined]
