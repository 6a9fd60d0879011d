"""The immutable published content of a question; what learners, pools and statistics read."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models

from ops.keys import TimeOrdered
from quizbank.models.question import Question


class QuestionRevision(TimeOrdered):
    """Insert only `question`, `created_by` and `reason`: the database freezes the rest.

    `content` is `{"kind", "stem", "explanation", "media", "choices": [{"id", "position", "text",
    "is_correct", "fraction", "tolerance", "feedback"}]}`. A working copy that cannot be published
    is refused with its problems in the error's text.
    """

    # The database's own cascade (migration): an unanswered question takes its revisions along.
    question = models.ForeignKey(
        Question, models.DO_NOTHING, db_index=False, related_name="revisions", db_constraint=False
    )
    number = models.PositiveIntegerField(editable=False, db_default=0)
    content = models.JSONField(editable=False, db_default=models.Value({}, models.JSONField()))
    content_hash = models.TextField(editable=False, db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_constraint=False
    )
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "question_revisions"
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=("question", "number"), name="revision_number_is_unique"
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="freeze_working_copy",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    SELECT public.question_content(q) INTO STRICT NEW.content
                    FROM public.questions AS q WHERE q.id = NEW.question_id FOR UPDATE;
                    PERFORM public.assert_publishable(NEW.content);
                    NEW.content_hash := public.question_content_hash(NEW.content);
                    NEW.number := 1 + COALESCE((
                        SELECT max(r.number) FROM public.question_revisions AS r
                        WHERE r.question_id = NEW.question_id
                    ), 0);
                    RETURN NEW;
                """,
            ),
            # A revision goes only with its whole question, by the foreign key's cascade.
            pgtrigger.Trigger(
                name="append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF TG_OP = 'DELETE' AND NOT EXISTS (
                        SELECT FROM public.questions WHERE id = OLD.question_id
                    ) THEN
                        RETURN OLD;
                    END IF;
                    RAISE EXCEPTION 'Revisions are append-only: % is not allowed.', TG_OP;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"Revision {self.number}"
