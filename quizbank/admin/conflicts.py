"""Two people edit one question: the second is shown the difference, and keeps their text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.forms.models import model_to_dict
from django.http import QueryDict

from quizbank.models import Choice, Question
from quizbank.revisions import describe

FIELDS = (
    "stem",
    "explanation",
    "kind",
    "difficulty",
    "numbered_by",
    "external_id",
    "subject",
    "tags",
    "media",
    "is_premium",
    "is_user_generated",
)


def rebase(data: QueryDict, prefix: str, rows: Iterable[Model], fields: list[str]) -> QueryDict:
    """The posted rows of a formset over the rows that are there now.

    What was deleted meanwhile becomes an added row again, unless it was to be deleted here too;
    what was added meanwhile joins the form. So nobody's row is lost, and all of them can be saved.
    """
    posted = [
        {name: data.get(f"{prefix}-{number}-{name}", "") for name in ("id", "DELETE", *fields)}
        for number in range(int(data.get(f"{prefix}-TOTAL_FORMS") or 0))
    ]
    there = {str(row.pk): row for row in rows}
    kept = [row for row in posted if row["id"] in there]
    mine = [row | {"id": ""} for row in posted if row["id"] not in there and not row["DELETE"]]
    ids = {row["id"] for row in kept}
    theirs = [{"id": key} | as_posted(row, fields) for key, row in there.items() if key not in ids]
    merged = data.copy()
    for name in [name for name in merged if name.startswith(f"{prefix}-")]:
        if name.removeprefix(f"{prefix}-").split("-")[0].isdecimal():
            del merged[name]
    for number, row in enumerate([*kept, *theirs, *mine]):
        for name, value in row.items():
            if value:
                merged[f"{prefix}-{number}-{name}"] = value
    merged[f"{prefix}-INITIAL_FORMS"] = str(len(kept) + len(theirs))
    merged[f"{prefix}-TOTAL_FORMS"] = str(len(kept) + len(theirs) + len(mine))
    return merged


def as_posted(row: Model, fields: list[str]) -> dict[str, str]:
    values = model_to_dict(row, fields)
    return {
        name: "on" if value is True else str(value)
        for name, value in values.items()
        if value not in (None, False)
    }


def theirs_and_mine(
    form: forms.ModelForm[Question], formsets: Iterable[forms.BaseInlineFormSet[Any, Any, Any]]
) -> list[dict[str, str]]:
    """`[{"field", "before", "after"}]`: what is saved now, and what this form holds instead."""
    saved = Question.objects.get(pk=form.instance.pk)
    rows = []
    for name in FIELDS:
        if name in form.fields and name in form.cleaned_data:
            label = str(form.fields[name].label or name)
            before, after = getattr(saved, name), form.cleaned_data[name]
            rows.append((label.capitalize(), as_text(before), as_text(after)))
    for formset in formsets:
        label = str(type(formset).model._meta.verbose_name_plural).capitalize()  # type: ignore[union-attr]
        before_rows = [line_of(row) for row in formset.get_queryset().all()]
        after_rows = [
            line_of(part.instance)
            for part in formset.forms
            if part not in formset.deleted_forms and (part.has_changed() or part.instance.pk)
        ]
        rows.append((label, "\n".join(before_rows), "\n".join(after_rows)))
    return [
        {"field": label, "before": before, "after": after}
        for label, before, after in rows
        if before != after
    ]


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(part if isinstance(part, str) else str(part) for part in value)
    return "" if value is None else str(value)


def line_of(row: Model) -> str:
    if isinstance(row, Choice):
        return describe(model_to_dict(row))
    primary = " (primary)" if getattr(row, "is_primary", False) else ""
    try:
        return f"{row}{primary}"
    except ObjectDoesNotExist:
        return "…"
