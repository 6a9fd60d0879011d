"""The form that takes a file in."""

from __future__ import annotations

from django import forms
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

FORMATS = (
    ("", "By the file's ending and content"),
    ("gift", "GIFT"),
    ("aiken", "Aiken"),
    ("moodle-xml", "Moodle XML"),
    ("qti", "QTI 2 or 3 (an item, or a zipped package)"),
    ("csv", "Our table as CSV"),
    ("xlsx", "Our table as Excel"),
    ("json", "Our JSON"),
    ("ham", "Ham radio pool (JSON or CSV)"),
    ("trivia", "Trivia text (#Q, ^, A to D)"),
)
ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("windows-1252", "Windows-1252 (Western European)"),
    ("iso-8859-1", "ISO-8859-1"),
    ("utf-16", "UTF-16"),
    ("mac-roman", "Mac Roman"),
)


class UploadForm(forms.Form):
    file = forms.FileField(widget=UnfoldAdminFileFieldWidget, allow_empty_file=True)
    format = forms.ChoiceField(choices=FORMATS, required=False, widget=UnfoldAdminSelectWidget)
    exam = forms.CharField(
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"list": "exams", "autocomplete": "off"}),
        help_text="Takes the place of the exam that the file names. Empty: the file's own.",
    )
    encoding = forms.ChoiceField(
        choices=ENCODINGS,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Of text files. When it is the wrong one, you are told which byte does not fit.",
    )

    def clean_encoding(self) -> str:
        return self.cleaned_data["encoding"] or "utf-8"
