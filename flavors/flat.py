"""Flat tables of descriptors, as the applications had them before: what comes, as what.

`category` and `subcategory` stay behind: a term has its category in the lexicon.
"""

from __future__ import annotations

from typing import Any

from ops.constraints import UNSEEN
from ops.registry import FlatColumn, FlatShape

SHAPE = FlatShape(
    columns=(
        FlatColumn("user_id", "uuid", required=True),
        FlatColumn("source_type", "text", required=True),
        FlatColumn("source_id", "uuid"),
        FlatColumn("descriptor_text", "text", required=True),
        FlatColumn("descriptor_type", "text", required=True),
        FlatColumn("intensity", "numeric"),
        FlatColumn("confidence_score", "numeric"),
        FlatColumn("item_name", "text"),
        FlatColumn("item_category", "text"),
        FlatColumn("ai_extracted", "boolean"),
        FlatColumn("extraction_model", "text"),
    ),
    found={"form": 'text COLLATE "C"', "term_id": "bigint"},
    becomes={
        "term_id": "f.term_id",
        "user_id": "f.user_id",
        "source_type": "f.source_type",
        "source_id": "f.source_id",
        "descriptor_text": "f.descriptor_text",
        "descriptor_type": "f.descriptor_type",
        "intensity": "CASE WHEN f.intensity BETWEEN 1 AND 5 THEN f.intensity::smallint END",
        "confidence_score": "CASE WHEN f.confidence_score BETWEEN 0 AND 1"
        " THEN round(f.confidence_score, 3)::numeric(4, 3) END",
        "item_name": "COALESCE(f.item_name, '')",
        "item_category": "COALESCE(f.item_category, '')",
        "ai_extracted": "COALESCE(f.ai_extracted, false)",
        "extraction_model": "f.extraction_model",
    },
    judge="flavors.flat.judge",
    prepare="flavors.flat.make_terms",
    shown="descriptor_text",
    once={
        "source_id": "source_id",
        "form": "normalized_form",
        "descriptor_type": "descriptor_type",
        "source_type": "source_type",
    },
    twice="The same was noted of its source already.",
)

FORMS = """
    UPDATE flat_rows SET form = COALESCE(public.normalize_descriptor_text(descriptor_text), '')
"""
# The rules of the table, in words.
RULES = """
    UPDATE flat_rows AS f SET problem = CASE
        WHEN f.user_id IS NULL THEN 'It has no member.'
        WHEN NOT EXISTS (SELECT FROM public.members AS m WHERE m.id = f.user_id)
            THEN 'There is no such member.'
        WHEN EXISTS (SELECT FROM public.erased_members AS e WHERE e.id = f.user_id)
            THEN 'Its member is erased.'
        WHEN f.descriptor_text IS NULL THEN 'It has no text.'
        WHEN f.form = '' OR f.descriptor_text !~ %(visible)s
            THEN 'A descriptor needs a letter or a digit.'
        WHEN length(f.descriptor_text) > 500 OR octet_length(f.form) > 2000
            THEN 'A descriptor has 500 characters at most.'
        WHEN COALESCE(f.source_type, '') NOT IN
            ('quick_tasting', 'quick_review', 'prose_review', 'study_session')
            THEN 'Its source type is unknown.'
        WHEN COALESCE(f.descriptor_type, '') NOT IN
            ('aroma', 'flavor', 'texture', 'defect', 'metaphor', 'mouthfeel')
            THEN 'Its descriptor type is unknown.'
        WHEN f.intensity NOT IN (1, 2, 3, 4, 5) THEN 'Intensity is 1 to 5.'
        WHEN f.confidence_score NOT BETWEEN 0 AND 1 THEN 'Confidence is 0 to 1.'
        WHEN length(f.item_name) > 200 THEN 'Its item has more than 200 characters.'
        WHEN length(f.item_category) > 100 THEN 'Its item category has more than 100 characters.'
        WHEN length(f.extraction_model) > 100 THEN 'Its model has more than 100 characters.'
        WHEN f.extraction_model IS NOT NULL AND f.ai_extracted IS NOT TRUE
            THEN 'A model is named only for what AI extracted.'
    END
    WHERE f.problem IS NULL
"""
MISSING = """
    SELECT public.ensure_flavor_terms(ARRAY(
        SELECT descriptor_text FROM flat_rows WHERE problem IS NULL ORDER BY created_at, id
    ))
"""
TERMS = """
    UPDATE flat_rows AS f SET term_id = t.id
    FROM public.flavor_terms AS t WHERE t.normalized_form = f.form AND f.problem IS NULL
"""


def judge(cursor: Any) -> None:
    cursor.execute(FORMS)
    cursor.execute(RULES, {"visible": f"[^{UNSEEN}]"})


def make_terms(cursor: Any) -> None:
    cursor.execute(MISSING)
    cursor.execute(TERMS)
