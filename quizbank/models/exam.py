"""Exams, and the subjects that cut across them."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models.functions import Upper

from ops.constraints import at_most, not_blank
from ops.events import history_indexes, trackers
from quizbank.limits import CODE_LENGTH, NAME_LENGTH, TEXT_LENGTH
from quizbank.querysets import ExamQuerySet, SubjectQuerySet


@pghistory.track(*trackers(), meta=history_indexes("exam"))
class Exam(models.Model):
    code = models.TextField(
        help_text="Short and stable: it stands in imports and exports, for example NET."
    )
    title = models.TextField()
    description = models.TextField(blank=True, default="")

    objects = ExamQuerySet.as_manager()

    class Meta:
        db_table = "exams"
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(
                Upper("code"),
                name="exam_code_is_unique",
                violation_error_message="An exam with this code exists already.",
            ),
            not_blank("code", name="exam_has_code"),
            at_most("code", CODE_LENGTH, name="exam_code_is_short"),
            not_blank("title", name="exam_has_title"),
            at_most("title", NAME_LENGTH, name="exam_title_is_short"),
            at_most("description", TEXT_LENGTH, name="exam_description_is_bounded"),
        )

    def __str__(self) -> str:
        return f"{self.code} · {self.title}"


@pghistory.track(*trackers(), meta=history_indexes("subject"))
class Subject(models.Model):
    code = models.SlugField(unique=True)
    name = models.TextField()

    objects = SubjectQuerySet.as_manager()

    class Meta:
        db_table = "subjects"
        ordering = ("name",)
        constraints = (
            not_blank("code", name="subject_has_code"),
            not_blank("name", name="subject_has_name"),
            at_most("name", NAME_LENGTH, name="subject_name_is_short"),
        )

    def __str__(self) -> str:
        return self.name
