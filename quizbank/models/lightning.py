"""The lightning round's bank: short questions with typed answers."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func
from django.db.models.functions import Length

from ops.constraints import at_most, not_blank, one_of
from ops.events import history_indexes, trackers
from ops.indexes import LongNamedIndex
from quizbank.limits import (
    CODE_LENGTH,
    LIGHTNING_ANSWER_LENGTH,
    LIGHTNING_ANSWERS_LENGTH,
    LIGHTNING_LENGTH,
    TEXT_LENGTH,
)
from quizbank.querysets import LightningQuerySet


class LightningType(models.TextChoices):
    GENERAL_KNOWLEDGE = "general_knowledge", "General knowledge"
    BRAIN_TEASER = "brain_teaser", "Brain teaser"
    MATH = "math", "Math"
    NURSERY_RHYME = "nursery_rhyme", "Nursery rhyme"


class LightningDifficulty(models.TextChoices):
    EASY = "easy", "Easy"
    INTERMEDIATE = "intermediate", "Intermediate"
    ADVANCED = "advanced", "Advanced"
    INSANE = "insane", "Insane"


@pghistory.track(*trackers(), exclude=["created_at"], meta=history_indexes("lightning"))
class LightningQuestion(models.Model):
    id = models.TextField(
        "key", primary_key=True, help_text="Stable, for example lr-easy-math-001."
    )
    question = models.TextField()
    correct_answer = models.TextField()
    accepted_answers = ArrayField(
        models.TextField(), blank=True, default=list, help_text="Other spellings that count."
    )
    explanation = models.TextField(blank=True, default="")
    question_type = models.TextField("type", choices=LightningType)
    difficulty = models.TextField(choices=LightningDifficulty)
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField(editable=False, db_default=Func(function="now"))

    objects = LightningQuerySet.as_manager()

    class Meta:
        db_table = "lightning_round_questions"
        ordering = ("id",)
        constraints = (
            not_blank("id", name="lightning_question_has_key"),
            at_most("id", CODE_LENGTH, name="lightning_key_is_short"),
            not_blank("question", name="lightning_question_has_text"),
            at_most("question", LIGHTNING_LENGTH, name="lightning_question_is_short"),
            not_blank("correct_answer", name="lightning_question_has_answer"),
            at_most("correct_answer", LIGHTNING_ANSWER_LENGTH, name="lightning_answer_is_short"),
            models.CheckConstraint(
                condition=models.Q(
                    models.lookups.LessThanOrEqual(
                        Length(
                            Func(
                                "accepted_answers",
                                models.Value(""),
                                function="array_to_string",
                                output_field=models.TextField(),
                            )
                        ),
                        LIGHTNING_ANSWERS_LENGTH,
                    )
                ),
                name="lightning_accepted_answers_are_short",
                violation_error_message=(
                    f"Accepted answers have {LIGHTNING_ANSWERS_LENGTH:,} characters at most"
                    " together."
                ),
            ),
            at_most("explanation", TEXT_LENGTH, name="lightning_explanation_is_bounded"),
            one_of("question_type", LightningType, name="lightning_question_type_is_known"),
            one_of("difficulty", LightningDifficulty, name="lightning_difficulty_is_known"),
        )
        indexes = (
            # Draws by difficulty, by type, by both; under the names of seed 000.
            LongNamedIndex(fields=("difficulty",), name="idx_lightning_questions_difficulty"),
            LongNamedIndex(fields=("question_type",), name="idx_lightning_questions_type"),
            LongNamedIndex(
                fields=("difficulty", "question_type"),
                name="idx_lightning_questions_difficulty_type",
            ),
        )

    def __str__(self) -> str:
        return self.question
