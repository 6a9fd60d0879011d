"""The lexicon: one row a normalized form. Search, duplicates and merges work here."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Left, Now

from flavors.models.category import FlavorCategory
from flavors.models.choices import TermStatus
from flavors.querysets import TermQuerySet
from ops.constraints import at_most, one_of, visible
from ops.events import history_indexes, trackers

LONGEST_TEXT = 500
# What a person decides. Usage is counted, and stays out of the history.
TRACKED = ("id", "normalized_form", "display_text", "category", "status", "canonical")


@pghistory.track(
    *trackers(), fields=list(TRACKED), model_name="TermEvent", meta=history_indexes("flavor_term")
)
class Term(models.Model):
    """Made by whoever types a descriptor; descriptors point to it, and no merge rewrites them.

    A merged term has the survivor as its `canonical`: one step, never a chain.
    """

    # What normalize_descriptor_text() makes of each descriptor of this term. Byte order: prefixes
    # are ranges of its index. A trigger sets it.
    normalized_form = models.TextField(
        unique=True, db_collation="C", default="", db_default="", editable=False
    )
    display_text = models.TextField("term")
    category = models.ForeignKey(
        FlavorCategory, models.PROTECT, null=True, blank=True, db_index=False, related_name="terms"
    )
    status = models.TextField(
        choices=TermStatus, default=TermStatus.SUGGESTED, db_default="suggested"
    )
    canonical = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="aliases",
        verbose_name="merged into",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # Of the term itself, without its aliases; as of the last refresh of the descriptor views.
    usage_count = models.PositiveIntegerField("uses", default=0, db_default=0, editable=False)
    user_count = models.PositiveIntegerField("members", default=0, db_default=0, editable=False)
    first_used_at = models.DateTimeField("first use", null=True, editable=False)
    last_used_at = models.DateTimeField("last use", null=True, editable=False)

    objects = TermQuerySet.as_manager()

    class Meta:
        db_table = "flavor_terms"
        verbose_name = "flavor term"
        ordering = ("-usage_count", "id")
        # Descriptors point to it for ever, from the archive too: reject it, or merge it.
        default_permissions = ("view", "add", "change")
        constraints = (
            visible("display_text", name="term_has_text"),
            at_most("display_text", LONGEST_TEXT, name="term_text_is_short"),
            models.CheckConstraint(
                condition=Q(normalized_form__gt=""),
                name="term_has_form",
                violation_error_message="A term needs a letter or a digit.",
            ),
            one_of("status", TermStatus, name="term_status_is_known"),
            models.CheckConstraint(
                condition=~Q(canonical=F("id")),
                name="term_is_not_merged_into_itself",
                violation_error_message="A term cannot be merged into itself.",
            ),
            models.CheckConstraint(
                condition=Q(
                    normalized_form=Func("display_text", function="normalize_descriptor_text")
                ),
                name="term_text_has_its_form",
                violation_error_message=(
                    "Another spelling is fine; another word is another term: merge the two."
                ),
            ),
        )
        indexes = (
            # Search inside, and by likeness: of forms with about as many trigrams only.
            GinIndex(
                OpClass("normalized_form", name="gin_trgm_ops"),
                Func("normalized_form", function="public.trigram_count"),
                name="term_trigrams",
                # kB. Each look-up reads what waits to be sorted in: a refresh touches many terms.
                gin_pending_list_limit=64,
            ),
            # The aliases of a term.
            models.Index(
                fields=("canonical",), name="term_is_merged", condition=Q(canonical__isnull=False)
            ),
            # Lists by use.
            models.Index(fields=("-usage_count", "id"), name="term_by_use"),
            models.Index(fields=("status", "-usage_count", "id"), name="term_by_status"),
            models.Index(fields=("category", "-usage_count", "id"), name="term_by_category"),
            # Autocomplete of one letter and of two: each has thousands of terms.
            models.Index(Left("normalized_form", 1), F("usage_count").desc(), name="term_letter"),
            models.Index(Left("normalized_form", 2), F("usage_count").desc(), name="term_letters"),
        )
        triggers = (
            pgtrigger.Trigger(
                name="term_gets_its_form",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="NEW.normalized_form ="
                " public.normalize_descriptor_text(NEW.display_text); RETURN NEW;",
            ),
            pgtrigger.Protect(name="term_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="term_keeps_its_form", fields=["id", "normalized_form"]),
            pgtrigger.Trigger(
                name="aliases_do_not_chain",
                level=pgtrigger.Statement,
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                referencing=pgtrigger.Referencing(new="changed"),
                func="""
                    IF EXISTS (SELECT FROM changed WHERE canonical_id IS NOT NULL) THEN
                        PERFORM public.assert_no_term_chains(array_agg(id)) FROM changed
                        WHERE canonical_id IS NOT NULL;
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="merges_do_not_chain",
                level=pgtrigger.Statement,
                operation=pgtrigger.Update,
                when=pgtrigger.After,
                referencing=pgtrigger.Referencing(old="before", new="changed"),
                func="""
                    PERFORM public.assert_no_term_chains(array_agg(changed.id))
                    FROM changed JOIN before USING (id)
                    WHERE changed.canonical_id IS DISTINCT FROM before.canonical_id
                    HAVING count(*) > 0;
                    RETURN NULL;
                """,
            ),
        )

    def __str__(self) -> str:
        return self.display_text
