"""The forms of an import: the file, then its columns."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from flavors.importing import FileError
from flavors.importing.batches import member_with
from flavors.models.choices import DescriptorType, SourceType

ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("windows-1252", "Windows-1252 (Western European)"),
    ("utf-16", "UTF-16"),
)
SEPARATORS = ((",", "Commas"), (";", "Semicolons"), ("|", "Bars"), ("", "Nothing: a row is one"))


class UploadForm(forms.Form):
    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget,
        allow_empty_file=True,
        help_text="CSV with a line of names, or JSON: a list of objects.",
    )
    encoding = forms.ChoiceField(choices=ENCODINGS, widget=UnfoldAdminSelectWidget)


class ColumnsForm(forms.Form):
    text_column = forms.ChoiceField(label="Words are in", widget=UnfoldAdminSelectWidget)
    separator = forms.ChoiceField(
        label="Separated by", choices=SEPARATORS, required=False, widget=UnfoldAdminSelectWidget
    )
    item_column = forms.ChoiceField(
        label="What was tasted is in", required=False, widget=UnfoldAdminSelectWidget
    )
    descriptor_type = forms.ChoiceField(
        label="They are of type", choices=DescriptorType, widget=UnfoldAdminSelectWidget
    )
    source_type = forms.ChoiceField(
        label="They come from a", choices=SourceType, widget=UnfoldAdminSelectWidget
    )
    member = forms.EmailField(
        label="Member's e-mail",
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Whose notes they are. Empty: they are kept as “Imported notes”.",
    )

    def __init__(
        self,
        columns: list[tuple[str, list[str]]],
        may_see_members: bool,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        # Whether an e-mail is a member's is told only to those who may see members.
        if not may_see_members:
            del self.fields["member"]
        known = [
            (name, f"{name} ({'; '.join(samples)})"[:120] if samples else name)
            for name, samples in columns
        ]
        for field, choices in (
            ("text_column", [("", "Choose one"), *known]),
            ("item_column", [("", "No column"), *known]),
        ):
            chosen = self.fields[field]
            assert isinstance(chosen, forms.ChoiceField)  # noqa: S101  # narrows the type
            chosen.choices = choices

    def clean_member(self) -> str:
        """The key."""
        given = self.cleaned_data["member"]
        try:
            return member_with(given) if given else ""
        except FileError as error:
            raise forms.ValidationError(str(error)) from None
