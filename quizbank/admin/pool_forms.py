"""The form of a draw on trial."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from assessments.models import Member
from quizbank.models import Category, Exam, Subject
from quizbank.models.question import Difficulty
from quizbank.models.quiz_session import MOST_QUESTIONS, Pattern

PATTERNS = [choice for choice in Pattern.choices if choice[0] != Pattern.CHOSEN]
INDENT = "\u2003"


def select(**words: Any) -> forms.ChoiceField:
    return forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget, **words)


class DrawForm(forms.Form):
    """Members are for those who may see them."""

    pattern = forms.ChoiceField(choices=PATTERNS, widget=UnfoldAdminSelectWidget)
    count = forms.IntegerField(
        label="Questions",
        min_value=1,
        max_value=MOST_QUESTIONS,
        initial=10,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    exam = select()
    category = select(label="System or topic")
    subject = select()
    difficulty = select(choices=[("", "Any difficulty"), *Difficulty.choices])
    member = forms.CharField(
        required=False,
        max_length=254,
        help_text="E-mail or id. Empty: somebody who has answered nothing.",
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices(
            "exam", "Whole bank", [(each.pk, str(each)) for each in Exam.objects.all()]
        )
        self.set_choices(
            "subject", "Any subject", [(each.pk, str(each)) for each in Subject.objects.all()]
        )
        self.places = {str(each.pk): each for each in places()}
        self.set_choices(
            "category",
            "Anywhere",
            [
                (key, f"{INDENT if each.parent_id else ''}{each}")
                for key, each in self.places.items()
            ],
        )
        if not user.has_perm("assessments.view_member"):
            del self.fields["member"]
            self.set_choices("pattern", "", [each for each in PATTERNS if each[0] != "weak_areas"])
            self.fields[
                "pattern"
            ].help_text = "Weak areas are a member's: who may see members can try that."

    def set_choices(self, name: str, none: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # narrows the type
        field.choices = [("", none), *choices] if none else choices

    def clean_member(self) -> UUID | None:
        given = self.cleaned_data["member"].strip()
        if not given:
            return None
        found = Member.objects.filter(Q(email__iexact=given) | key_is(given)).first()
        if found is None:
            raise forms.ValidationError("No member has this e-mail or id.")
        return found.pk

    def order(self) -> dict[str, Any]:
        """For try_draw."""
        given = self.cleaned_data
        filters = {name: int(given[name]) for name in ("exam", "subject") if given[name]}
        if place := self.places.get(given["category"]):
            filters["topic" if place.parent_id else "system"] = place.pk
        difficulty = {"difficulty": given["difficulty"]} if given["difficulty"] else {}
        return {
            "member": given.get("member"),
            "pattern": given["pattern"],
            "filters": filters | difficulty,
            "count": given["count"],
        }


def key_is(given: str) -> Q:
    try:
        return Q(pk=UUID(given))
    except ValueError:
        return Q(pk=None)


def places() -> list[Category]:
    """The systems, each followed by its topics."""
    upper = Category.objects.filter(Q(parent=None) | Q(parent__parent=None))
    rows = list(upper.order_by("exam__code", "position", "name"))
    below: dict[int, list[Category]] = {}
    for row in rows:
        if row.parent_id:
            below.setdefault(row.parent_id, []).append(row)
    return [each for root in rows if not root.parent_id for each in (root, *below.get(root.pk, ()))]
