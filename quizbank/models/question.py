"""The question: identity, placement, and the editable working copy.

Learners never read this table's text: they read the immutable revision that `published_revision`
names. What the text here differs in from that revision are the unpublished changes.
"""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import MD5, Cast, Random, Upper

from ops.constraints import not_blank, one_of
from ops.events import history_indexes, trackers
from ops.keys import TimeOrdered
from quizbank.models.category import Category
from quizbank.models.exam import Exam, Subject
from quizbank.querysets import QuestionQuerySet
from quizbank.rendering import one_line


class Kind(models.TextChoices):
    SINGLE = "single", "Single choice"
    MULTIPLE = "multiple", "Multiple choice"
    TRUE_FALSE = "true_false", "True or false"
    SHORT_ANSWER = "short_answer", "Short answer"
    NUMERIC = "numeric", "Numeric"


class Difficulty(models.TextChoices):
    EASY = "easy", "Easy"
    MEDIUM = "medium", "Medium"
    HARD = "hard", "Hard"


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    ACTIVE = "active", "Active"
    RETIRED = "retired", "Retired"


# A published question never goes back to draft while it is live: its working copy may be edited
# freely, and learners keep the published revision until the next one.
STATUS_FLOW = [
    (Status.DRAFT.value, Status.IN_REVIEW.value),
    (Status.DRAFT.value, Status.ACTIVE.value),
    (Status.DRAFT.value, Status.RETIRED.value),
    (Status.IN_REVIEW.value, Status.DRAFT.value),
    (Status.IN_REVIEW.value, Status.ACTIVE.value),
    (Status.IN_REVIEW.value, Status.RETIRED.value),
    (Status.ACTIVE.value, Status.RETIRED.value),
    (Status.RETIRED.value, Status.DRAFT.value),
    (Status.RETIRED.value, Status.ACTIVE.value),
]

# What a person edits. Everything else is derived, counted or random, and stays out of the history.
TRACKED = (
    "id",
    "numbered_by",
    "external_id",
    "kind",
    "stem",
    "explanation",
    "media",
    "difficulty",
    "status",
    "subject",
    "is_premium",
    "is_user_generated",
    "tags",
    "author",
    "published_revision",
    "duplicate_of",
)


# Figure → what its indexes are called.
FIGURES = (("item_facility", "facility"), ("item_discrimination", "discrim"))


def pool_key() -> Func:
    """The place of a question, or of a pool, as one value."""
    place = ("system_id", "topic_id", "subject_id", "difficulty")
    return Func(*place, function="public.pool_key", output_field=models.TextField())


def restock(name: str, operation: pgtrigger.Operation, source: str, **rows: str) -> Any:
    """The pools of the active questions of `source` (as q), the rows that changed, have to wait for
    their rebuild."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),
        func=f"""
            INSERT INTO public.waiting_question_pools (key)
            SELECT DISTINCT
                public.pool_key(q.system_id, q.topic_id, q.subject_id, q.difficulty)
            FROM {source} WHERE q.status = 'active';
            RETURN NULL;
        """,  # noqa: S608  # a literal of this app
    )


# Where they were and where they are. An edit of the text is no reason, until it is published.
MOVED = """
    old_rows AS o
    JOIN new_rows AS n ON n.id = o.id AND (
        n.status, n.system_id, n.topic_id, n.subject_id, n.difficulty, n.published_revision_id,
        public.success_tenth(n.success_rate)
    ) IS DISTINCT FROM (
        o.status, o.system_id, o.topic_id, o.subject_id, o.difficulty, o.published_revision_id,
        public.success_tenth(o.success_rate)
    )
    CROSS JOIN LATERAL (VALUES
        (o.status, o.system_id, o.topic_id, o.subject_id, o.difficulty),
        (n.status, n.system_id, n.topic_id, n.subject_id, n.difficulty)
    ) AS q (status, system_id, topic_id, subject_id, difficulty)
"""
RESTOCKING = (
    restock("restock_on_insert", pgtrigger.Insert, "new_rows AS q", new="new_rows"),
    restock("restock_on_update", pgtrigger.Update, MOVED, old="old_rows", new="new_rows"),
    restock("restock_on_delete", pgtrigger.Delete, "old_rows AS q", old="old_rows"),
)


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
        constraints = (
            models.UniqueConstraint(
                fields=("numbered_by", "external_id"),
                name="question_external_id_is_unique_in_its_numbering",
                condition=Q(external_id__isnull=False),
                nulls_distinct=False,
                violation_error_message="A question with this external id exists already.",
            ),
            not_blank("stem", name="question_has_stem"),
            models.CheckConstraint(
                condition=~Q(external_id=""), name="question_external_id_is_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(external_id__isnull=False) | Q(numbered_by__isnull=True),
                name="question_numbering_has_external_id",
                violation_error_message="A numbering exam needs an external id.",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.ACTIVE) | Q(published_revision__isnull=False),
                name="active_question_has_published_revision",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of=None) | Q(status=Status.RETIRED),
                name="duplicate_is_retired",
                violation_error_message="It is the duplicate of another question:"
                " undo that under Duplicates first.",
            ),
            models.CheckConstraint(
                condition=Q(success_rate__isnull=True) | Q(success_rate__range=(0, 100)),
                name="question_success_rate_is_percent",
            ),
            models.CheckConstraint(
                condition=Q(
                    models.lookups.Exact(Func("media", function="jsonb_typeof"), Value("array"))
                ),
                name="question_media_is_list",
            ),
            one_of("kind", Kind, name="question_kind_is_known"),
            one_of("difficulty", Difficulty, name="question_difficulty_is_known"),
            one_of("status", Status, name="question_status_is_known"),
        )
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
            # The list sorted by a figure, either way; what has none comes last.
            models.Index("item_learners", F("id").desc(), name="question_by_learners"),
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
            pgtrigger.FSM(name="status_flow", field="status", transitions=STATUS_FLOW),
            pgtrigger.Protect(
                name="answered_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__answered=True),
            ),
            pgtrigger.Protect(
                name="answered_is_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered=True, new__answered=False),
            ),
            # A revision's figures start from zero.
            pgtrigger.Trigger(
                name="figures_follow_revision",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange("published_revision"),
                func="""
                    SELECT s.n, s.facility, s.discrimination, s.flags
                    INTO NEW.item_learners, NEW.item_facility, NEW.item_discrimination,
                        NEW.item_flags
                    FROM public.item_statistics AS s
                    WHERE s.revision_id = NEW.published_revision_id;
                    IF NOT FOUND THEN
                        NEW.item_learners := 0;
                        NEW.item_facility := NULL;
                        NEW.item_discrimination := NULL;
                        NEW.item_flags := '{}';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Merges are rare: one at a time, so that two of them make no circle together.
            pgtrigger.Trigger(
                name="duplicates_make_no_circle",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__duplicate_of__isnull=False),
                func="""
                    PERFORM pg_catalog.pg_advisory_xact_lock(
                        pg_catalog.hashtextextended('question duplicates', 0)
                    );
                    IF EXISTS (
                        WITH RECURSIVE kept (id) AS (
                            SELECT NEW.duplicate_of_id
                            UNION
                            SELECT q.duplicate_of_id
                            FROM kept AS k JOIN public.questions AS q ON q.id = k.id
                            WHERE q.duplicate_of_id IS NOT NULL
                        )
                        SELECT FROM kept WHERE id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'That question is itself a duplicate of this one.'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="derive_on_insert",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="NEW.version := 1;"
                " NEW.content_hash := public.working_copy_hash(NEW);"
                " RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="derive_on_update",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange(*TRACKED, "version", "content_hash"),
                func="""
                    NEW.version := OLD.version + 1;
                    NEW.updated_at := pg_catalog.now();
                    NEW.content_hash := public.working_copy_hash(NEW);
                    IF NEW.published_revision_id IS DISTINCT FROM OLD.published_revision_id THEN
                        NEW.published_hash := (
                            SELECT r.content_hash FROM public.question_revisions AS r
                            WHERE r.id = NEW.published_revision_id
                        );
                    END IF;
                    RETURN NEW;
                """,
            ),
        )

    def __str__(self) -> str:
        return label_of(self.external_id, self.stem)


def label_of(external_id: str | None, stem: str) -> str:
    line = one_line(stem) or stem
    short = line if len(line) <= 80 else f"{line[:79]}…"
    return f"{external_id} · {short}" if external_id else short
