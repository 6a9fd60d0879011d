from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
# File → the functions that its reverse drops, those that use others first.
FUNCTIONS: dict[str, list[str]] = {
    "search_guards": ["assert_descriptor_type(text)", "assert_searchable(text, text)"],
    "find_similar_descriptors": [
        "find_similar_descriptors(text, uuid, text, real, integer)",
        "member_terms(uuid, text, text)",
        "term_uses(bigint[], text)",
        "similar_terms(text, real, integer, bigint[], text)",
        "flavor_categories_named(text)",
        "term_is_shown(public.flavor_terms, boolean)",
    ],
    "find_duplicate_descriptors": ["find_duplicate_descriptors(uuid, real, integer)"],
    "find_duplicate_terms": [
        "find_duplicate_terms(integer)",
        "word_fingerprint(text)",
        "two_letter_fingerprint(text)",
        "without_letters(text, integer)",
        "edit_distance(text, text)",
    ],
    "autocomplete_descriptors": [
        "autocomplete_descriptors(text, uuid, text, text, integer)",
        "terms_beginning_with(text, text, bigint[], integer)",
    ],
    "suggest_descriptor_category": ["suggest_descriptor_category(text, real)"],
    "descriptor_exists": ["descriptor_exists(uuid, text, text)"],
    "get_descriptors_paginated": [
        "get_descriptors_paginated(uuid, text, text, uuid, timestamptz, integer, text)"
    ],
    "get_descriptor_timeline": [
        "estimate_descriptor_count(uuid)",
        "get_descriptor_timeline(uuid, integer)",
    ],
    "most_used_terms": ["most_used_terms(text, bigint[], integer)"],
    "get_user_descriptor_stats": [
        "get_top_descriptors(uuid, text, text, integer)",
        "get_user_descriptor_stats(uuid)",
    ],
    "wheel_data": [
        "get_wheel_data_fast(uuid, text, text, text)",
        "generate_wheel_data_optimized(uuid, text, integer, integer)",
        "assert_wheel(uuid, text, text, text)",
        "wheel_data(uuid, text, text, text, integer, integer)",
        "wheel_leaves(uuid, text[], text, text, integer)",
        "universal_wheel_leaves(text[], integer)",
        "wheel_types(text)",
    ],
    "wheel_needs_regeneration": ["wheel_needs_regeneration(uuid, integer)"],
}


def create(name: str, functions: list[str]) -> migrations.RunSQL:
    return migrations.RunSQL(
        (SQL / f"{name}_v1.sql").read_text(),
        "".join(f"DROP FUNCTION public.{each};\n" for each in functions),
    )


class Migration(migrations.Migration):
    dependencies = [("flavors", "0005_rollups")]

    operations = [
        migrations.AlterField(
            "term",
            "canonical",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=models.deletion.PROTECT,
                related_name="aliases",
                to="flavors.term",
                verbose_name="merged into",
            ),
        ),
        migrations.AddIndex(
            "term",
            models.Index(
                fields=["canonical"],
                name="term_is_merged",
                condition=models.Q(canonical__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "descriptor",
            models.Index(
                fields=["item_name"],
                name="descriptor_of_item",
                condition=~models.Q(item_name=""),
            ),
        ),
        # pg_trgm's settings are known once its library is loaded.
        migrations.RunSQL("SELECT public.similarity('', '')", migrations.RunSQL.noop),
        *(create(name, functions) for name, functions in FUNCTIONS.items()),
    ]
