"""The question: identity, placement, and the editable working copy.

Learners never read this table's text: they read the immutable revision that `published_revision`
names. What the text here differs in from that revision are the unpublished changes.
"""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import MD5, Cast, Left, Random, Upper
from django.utils.safestring import SafeString

from ops.events import history_indexes, trackers
from ops.keys import TimeOrdered
from ops.triggers import tell_caches
from quizbank.limits import SORTED_LENGTH
from quizbank.models.category import Category
from quizbank.models.exam import Exam, Subject
from quizbank.models.question_rules import (
    CONSTRAINTS,
    TRACKED,
    TRIGGERS,
    Difficulty,
    Kind,
    Status,
)
from quizbank.models.restocking import RESTOCKING, pool_key
from quizbank.querysets import QuestionQuerySet
from quizbank.rendering import one_line, render_markdown

__all__ = ["Difficulty", "Kind", "Question", "Status", "label_of"]

# Figure → what its indexes are called.
FIGURES = (("item_facility", "facility"), ("item_discrimination", "discrim"))


@pghistory.track(
    *trackers(), fields=list(TRACKED), model_name="QuestionEvent", meta=history_indexes("question")
)
class Question(TimeOrdered):
    numbered_by = models.ForeignKey(
        Exam,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="numbered_questions",
        help_text="The exam whose numbering the external id belongs to.",
    )
    external_id = models.TextField(
        null=True, blank=True, help_text="The number in the published pool, for example T1A01."
    )
    kind = models.TextField(choices=Kind, default=Kind.SINGLE)
    stem = models.TextField(help_text="Markdown.")
    explanation = models.TextField(blank=True, default="", help_text="Markdown.")
    media = models.JSONField(blank=True, default=list)
    difficulty = models.TextField(choices=Difficulty, default=Difficulty.MEDIUM)
    status = models.TextField(choices=Status, default=Status.DRAFT)
    subject = models.ForeignKey(
        Subject, models.PROTECT, null=True, blank=True, related_name="questions"
    )
    is_premium = models.BooleanField("premium", default=False)
    is_user_generated = models.BooleanField("user generated", default=False)
    tags = ArrayField(models.TextField(), blank=True, default=list)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="questions"
    )
    exams = models.ManyToManyField(
        Exam, through="quizbank.QuestionExam", related_name="questions", blank=True
    )
    categories = models.ManyToManyField(
        Category, through="quizbank.QuestionCategory", related_name="questions", blank=True
    )
    # One revision of this very question: a composite key in the database holds it (migration).
    published_revision = models.ForeignKey(
        "quizbank.QuestionRevision",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
    )
    # It was retired for that one; its answers stay its own.
    duplicate_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="duplicates",
    )
    answered = models.BooleanField(
        default=False, help_text="Set at the first answer, for good: the question can't be deleted."
    )
    # Denormalised by trigger from the primary category: the root of its branch, and the next level.
    system = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    topic = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    # Kept by the metrics run: percent of answers that were right.
    success_rate = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True, editable=False
    )
    success_bucket = models.GeneratedField(
        expression=Case(
            When(success_rate__lt=40, then=Value("hard")),
            When(success_rate__lte=70, then=Value("medium")),
            When(success_rate__gt=70, then=Value("easy")),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    # The item statistics of the published revision, for the list (`refresh_item_statistics`).
    item_learners = models.PositiveIntegerField("learners", editable=False, default=0, db_default=0)
    item_facility = models.DecimalField(
        "facility", max_digits=5, decimal_places=2, null=True, editable=False
    )
    item_discrimination = models.DecimalField(
        "discrimination", max_digits=5, decimal_places=2, null=True, editable=False
    )
    item_flags = ArrayField(models.TextField(), editable=False, default=list, db_default=[])
    random_key = models.FloatField(editable=False, db_default=Random())
    # Rises with every editorial change, whoever makes it: a form that holds an older one is stale.
    version = models.PositiveBigIntegerField(editable=False, db_default=1)
    content_hash = models.TextField(editable=False, db_default="")
    published_hash = models.TextField(editable=False, null=True)
    has_unpublished_changes = models.GeneratedField(
        expression=Case(
            When(published_hash=None, then=Value(False)),
            When(content_hash=F("published_hash"), then=Value(False)),
            default=Value(True),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    updated_at = models.DateTimeField(editable=False, db_default=Func(function="now"))
    normalized_stem = models.GeneratedField(
        expression=Func("stem", function="public.normalize_stem"),
        output_field=models.TextField(),
        db_persist=True,
    )
    stem_hash = models.GeneratedField(
        expression=Cast(MD5(Func("stem", function="public.normalize_stem")), models.UUIDField()),
        output_field=models.UUIDField(),
        db_persist=True,
    )
    search = models.GeneratedField(
        expression=SearchVector("stem", "explanation", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = QuestionQuerySet.as_manager()

    class Meta:
        db_table = "questions"
        permissions = (
            ("publish_question", "Can publish and retire questions"),
            ("import_question", "Can import questions"),
            ("export_question", "Can export questions"),
        )
        constraints = CONSTRAINTS
        indexes = (
            # Draws by system, topic and difficulty, and the list's filters (seed 004).
            models.Index(
                fields=("difficulty", "system", "topic"),
                name="idx_question_filters",
                condition=Q(system__isnull=False, topic__isnull=False),
            ),
            # Adaptive draws (seed 004).
            models.Index(F("success_rate").desc(), "difficulty", name="idx_question_success_rate"),
            # The list's default order (seed 004).
            models.Index(F("created_at").desc(), name="idx_question_recent"),
            models.Index(fields=("-updated_at", "-id"), name="question_last_edited"),
            # The questions of a pool (rebuild_waiting_pools, draw_questions).
            models.Index(pool_key(), name="question_pool_key", condition=Q(status=Status.ACTIVE)),
            # The start page's queues: few rows of many.
            models.Index(
                fields=("status", "-updated_at", "-id"),
                name="question_queues",
                condition=~Q(status=Status.ACTIVE),
            ),
            models.Index(
                fields=("-updated_at", "-id"),
                name="question_unpublished_changes",
                condition=Q(has_unpublished_changes=True),
            ),
            models.Index(
                fields=("-updated_at", "-id"),
                name="question_without_explanation",
                condition=Q(explanation=""),
            ),
            # Imports recognise a question without external id by its normalized stem.
            models.Index(fields=("stem_hash",), name="question_by_stem"),
            # The list sorted by stem, either way.
            models.Index(Left("stem", SORTED_LENGTH), name="question_in_order_of_stem"),
            # The list sorted by a figure, either way; what has none comes last.
            models.Index("item_learners", F("id").desc(), name="question_by_learners"),
            models.Index(
                F("item_learners").desc(), F("id").desc(), name="question_by_learners_desc"
            ),
            *(
                models.Index(order, F("id").desc(), name=f"question_by_{name}")
                for column, short in FIGURES
                for name, order in (
                    (short, F(column).asc(nulls_last=True)),
                    (f"{short}_desc", F(column).desc(nulls_last=True)),
                )
            ),
            GinIndex(fields=("item_flags",), name="question_item_flags"),
            GinIndex(fields=("tags",), name="question_tags"),
            GinIndex(fields=("search",), name="question_full_text"),
            # The list's search by the beginning of an external id.
            models.Index(
                OpClass(Upper("external_id"), name="text_pattern_ops"), name="question_number"
            ),
            # Substring search and "resembles" while editing.
            GinIndex(OpClass("normalized_stem", name="gin_trgm_ops"), name="question_stem_trigram"),
        )
        triggers = (
            *RESTOCKING,
            *TRIGGERS,
            # What caches count; not the figures, which learners' answers change.
            tell_caches("status", "is_premium", "is_user_generated", "subject_id", "tags"),
        )

    def __str__(self) -> str:
        return label_of(self.external_id, self.stem)

    @property
    def as_read(self) -> SafeString:
        """The stem as learners read it."""
        return render_markdown(self.stem)


def label_of(external_id: str | None, stem: str) -> str:
    # More than the 80 characters that are shown: marks are none of them.
    line = one_line(stem, 300) or stem
    short = line if len(line) <= 80 else f"{line[:79]}…"
    return f"{external_id} · {short}" if external_id else short
