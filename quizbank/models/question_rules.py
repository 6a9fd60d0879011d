"""What holds for a question's row, whoever writes it: its words, its constraints, its triggers."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Func, Q, Value

from ops.constraints import at_most, not_blank, one_of
from quizbank.limits import CODE_LENGTH, TAG_LENGTH, TEXT_LENGTH


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

CONSTRAINTS = (
    models.UniqueConstraint(
        fields=("numbered_by", "external_id"),
        name="question_external_id_is_unique_in_its_numbering",
        condition=Q(external_id__isnull=False),
        nulls_distinct=False,
        violation_error_message="A question with this external id exists already.",
    ),
    not_blank("stem", name="question_has_stem"),
    at_most("stem", TEXT_LENGTH, name="question_stem_is_bounded"),
    at_most("explanation", TEXT_LENGTH, name="question_explanation_is_bounded"),
    # A comma parts two tags.
    models.CheckConstraint(
        condition=~Q(
            models.lookups.Regex(
                Func(
                    "tags", Value(","), function="array_to_string", output_field=models.TextField()
                ),
                f"[^,]{{{TAG_LENGTH + 1}}}",
            )
        ),
        name="question_tags_are_short",
        violation_error_message=f"A tag has {TAG_LENGTH} characters at most.",
    ),
    models.CheckConstraint(condition=~Q(external_id=""), name="question_external_id_is_not_empty"),
    at_most("external_id", CODE_LENGTH, name="question_external_id_is_short"),
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
        condition=Q(models.lookups.Exact(Func("media", function="jsonb_typeof"), Value("array"))),
        name="question_media_is_list",
    ),
    one_of("kind", Kind, name="question_kind_is_known"),
    one_of("difficulty", Difficulty, name="question_difficulty_is_known"),
    one_of("status", Status, name="question_status_is_known"),
)

TRIGGERS = (
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
        func="NEW.version := 1; NEW.content_hash := public.working_copy_hash(NEW); RETURN NEW;",
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
