"""The editing form: nobody's edit is lost, and what can't be saved is said where it stands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from ops.admin.refusals import RefusableForm
from quizbank.admin.conflicts import FIELDS
from quizbank.limits import TAG_LENGTH
from quizbank.models import Choice, Question


class NamedForm(RefusableForm):
    """A code and a name are one line each."""

    class Meta:
        widgets = dict.fromkeys(("code", "name", "title"), UnfoldAdminTextInputWidget)


class TagsField(forms.CharField):
    """Words separated by commas; order kept, doubles dropped."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        parts = [part.strip().lower() for part in (super().to_python(value) or "").split(",")]
        return list(dict.fromkeys(part for part in parts if part))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if long := next((tag for tag in value if len(tag) > TAG_LENGTH), None):
            raise ValidationError(
                f"A tag has {TAG_LENGTH} characters at most, “{long[:20]}…” has {len(long):,}."
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != (initial or [])


class LinesField(forms.CharField):
    """A list of texts, one a line; empty lines and doubles dropped."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (super().to_python(value) or "").splitlines()]
        return list(dict.fromkeys(line for line in lines if line))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != (initial or [])


class FiguresField(forms.CharField):
    """One figure a line: its name, then `|` and what it shows. Value: `[{"name", "alt"}]`."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 2})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(
            " | ".join(filter(None, (figure.get("name"), figure.get("alt")))) for figure in value
        )

    def to_python(self, value: Any) -> Any:
        figures = []
        for line in (super().to_python(value) or "").splitlines():
            name, _, alt = (part.strip() for part in line.partition("|"))
            if name:
                figures.append({"name": name} | ({"alt": alt} if alt else {}))
        return figures

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != (initial or [])


class ToleranceField(forms.DecimalField):
    """0.5, not 0.5000000000."""

    def prepare_value(self, value: Any) -> Any:
        return format(value.normalize(), "f") if isinstance(value, Decimal) else value


class ChoiceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    tolerance = ToleranceField(
        required=False,
        min_value=0,
        max_digits=20,
        decimal_places=10,
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = Choice
        fields = ("text", "is_correct", "tolerance", "feedback", "position")
        widgets = {
            # On a narrow screen the columns have no heads.
            "text": UnfoldAdminTextareaWidget(attrs={"rows": 2, "placeholder": "Text"}),
            "feedback": UnfoldAdminTextareaWidget(attrs={"rows": 2, "placeholder": "Feedback"}),
        }

    def has_changed(self) -> bool:
        """What is typed, and the place that the formset gave the row; not the place it posted."""
        moved = self.instance.pk and self.instance.position != self.initial.get("position")
        return bool(moved or set(self.changed_data) - {"position"})


class QuestionForm(RefusableForm):
    tags = TagsField(
        required=False,
        help_text="Separated by commas.",
        widget=UnfoldAdminTextInputWidget(attrs={"list": "tags-in-use", "autocomplete": "off"}),
    )
    media = FiguresField(  # type: ignore[assignment]  # the form class gives the name up for it
        required=False,
        label="Figures",
        help_text="One a line: the figure's name, then | and what it shows.",
    )
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Question
        fields = FIELDS
        widgets = {
            "stem": UnfoldAdminTextareaWidget(attrs={"rows": 5}),
            "explanation": UnfoldAdminTextareaWidget(attrs={"rows": 4}),
            "external_id": UnfoldAdminTextInputWidget,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.instance._state.adding and "seen_version" in self.fields:
            self.fields["seen_version"].initial = self.instance.version

    def clean_external_id(self) -> str | None:
        return (self.cleaned_data.get("external_id") or "").strip() or None

    is_stale = False

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.instance._state.adding:
            self.refuse_stale(data.get("seen_version"))
        return data

    def refuse_stale(self, version: int | None) -> None:
        """Lock the row, so that of two who save at once the second is told."""
        now = (
            Question.objects.select_for_update(no_key=True).only("version").get(pk=self.instance.pk)
        )
        if version is None or version == now.version:
            return
        self.is_stale = True
        self.instance.version = now.version
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        data[self.add_prefix("seen_version")] = str(now.version)
        self.data = data
        raise ValidationError(
            "Somebody else changed this question since you opened it. Nothing is lost: your text"
            " stands in this form, and above it what differs from theirs."
            " Save again to replace theirs."
        )


class ChoiceFormSet(PaginationInlineFormSet):
    """Positions are numbered from the order of the rows."""

    def clean(self) -> None:
        kept = [form for form in self.forms if form not in self.deleted_forms]
        rows = [form for form in kept if form.cleaned_data.get("text")]
        rows.sort(key=lambda form: form.cleaned_data.get("position") or 0)
        for position, form in enumerate(rows, start=1):
            form.instance.position = position
            form.cleaned_data["position"] = position
        super().clean()
