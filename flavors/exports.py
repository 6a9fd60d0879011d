"""What of tastings and the lexicon can be taken out as files."""

from __future__ import annotations

from ops.registry import Export, ExportFilter, columns_of

EXPORTS = (
    Export(
        "descriptors",
        "Descriptors",
        "Every word of every tasting note, with the term and the category that it stands for now."
        " What was typed, and what was tasted, counts as personal.",
        area="flavors",
        permission="flavors.view_descriptor",
        source="public.flavor_descriptors AS d"
        " JOIN public.flavor_terms AS t ON t.id = d.term_id"
        " LEFT JOIN public.flavor_terms AS c ON c.id = coalesce(t.canonical_id, t.id)"
        " LEFT JOIN public.flavor_category_paths AS p ON p.id = c.category_id",
        columns={
            **columns_of("d", "id created_at user_id source_type source_id item_name"),
            **columns_of("d", "item_category descriptor_text descriptor_type intensity"),
            **columns_of("d", "confidence_score ai_extracted extraction_model"),
            "term": "c.normalized_form",
            **columns_of("p", "category subcategory"),
        },
        personal=frozenset({"descriptor_text", "item_name"}),
        key="d.id",
        table="flavor_descriptors",
        made="d.id",
        member="user_id",
        filters=(
            ExportFilter(
                "member",
                "Member",
                "d.user_id = {value}::uuid",
                find="SELECT id::text FROM public.members WHERE id::text = lower({value})",
                help="The member's id.",
            ),
        ),
        in_warehouse=True,
    ),
    Export(
        "terms",
        "Flavor terms",
        "The lexicon: every term, its category, the term it was merged into, and its use.",
        area="flavors",
        permission="flavors.view_term",
        source="public.flavor_terms AS t"
        " LEFT JOIN public.flavor_terms AS c ON c.id = t.canonical_id"
        " LEFT JOIN public.flavor_category_paths AS p ON p.id = t.category_id",
        columns={
            **columns_of("t", "id normalized_form display_text status"),
            "merged_into": "c.normalized_form",
            **columns_of("p", "category subcategory"),
            **columns_of("t", "usage_count user_count first_used_at last_used_at created_at"),
        },
        key="t.id",
        table="flavor_terms",
        in_warehouse=True,
    ),
)
