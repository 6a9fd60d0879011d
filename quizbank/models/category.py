"""The category tree: system → topic → subtopic, or an exam's sections and groups."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models

from ops.constraints import at_most, not_blank, one_of
from ops.events import history_indexes, trackers
from ops.triggers import tell_caches
from quizbank.limits import CODE_LENGTH, NAME_LENGTH
from quizbank.models.exam import Exam


class CategoryKind(models.TextChoices):
    SYSTEM = "system", "System"
    TOPIC = "topic", "Topic"
    SUBTOPIC = "subtopic", "Subtopic"
    SECTION = "section", "Section"
    GROUP = "group", "Group"


@pghistory.track(*trackers(), meta=history_indexes("category"))
class Category(models.Model):
    # A branch stays in one exam.
    tree_scope = "exam"

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="children"
    )
    exam = models.ForeignKey(
        Exam,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="categories",
        help_text="Empty for a category that several exams share.",
    )
    kind = models.TextField(choices=CategoryKind, default=CategoryKind.TOPIC)
    code = models.TextField(help_text="Unique within the exam; it stands in imports and exports.")
    name = models.TextField()
    position = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "categories"
        verbose_name_plural = "categories"
        ordering = ("position", "name")
        constraints = (
            at_most("code", CODE_LENGTH, name="category_code_is_short"),
            models.UniqueConstraint(
                fields=("exam", "code"),
                name="category_code_is_unique_in_its_exam",
                nulls_distinct=False,
                violation_error_message="This exam has a category with this code already.",
            ),
            not_blank("code", name="category_has_code"),
            not_blank("name", name="category_has_name"),
            at_most("name", NAME_LENGTH, name="category_name_is_short"),
            one_of("kind", CategoryKind, name="category_kind_is_known"),
        )
        indexes = (
            # The tree reads children in their order.
            models.Index(fields=("parent", "position"), name="category_children"),
        )
        triggers = (
            pgtrigger.Trigger(
                name="tree_has_no_cycle",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id", "exam_id"),
                when=pgtrigger.Before,
                func="PERFORM public.assert_category_parent(NEW.id, NEW.parent_id, NEW.exam_id);"
                " RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="questions_follow_their_category",
                level=pgtrigger.Statement,
                operation=pgtrigger.Update,
                when=pgtrigger.After,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func="""
                    PERFORM public.place_questions_below(array_agg(new_rows.id))
                    FROM new_rows JOIN old_rows USING (id)
                    WHERE new_rows.parent_id IS DISTINCT FROM old_rows.parent_id
                    HAVING count(*) > 0;
                    RETURN NULL;
                """,
            ),
            tell_caches("exam_id"),
        )

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"
