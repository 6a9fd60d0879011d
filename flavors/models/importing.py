"""Files of tasting notes, imported as batches."""

from __future__ import annotations

from django.db import models

from ops.imported import ImportedFile, rules_of_files


class DescriptorImport(ImportedFile):
    """`options`: {"text_column", "item_column", "separator", "member" (its key), "source_type",
    "descriptor_type", "encoding", "account"}. `counts`: {"rows", "descriptors", "new_terms",
    "aliases", "duplicates", "refused"}. `report`: {"rows", "columns", "new", "aliases",
    "duplicates"}, some of each.
    """

    class Meta:
        db_table = "descriptor_imports"
        verbose_name = "descriptor import"
        ordering = ("-id",)
        constraints = rules_of_files("descriptor_import")


class CategoryImport(ImportedFile):
    """`options`: {"kind", "encoding", "account"}. `counts`: {"created", "changed", "unchanged"}.
    `report`: {"created": [{"path", "color"}], "changed": [{"path", "before", "color"}]}, and `made`
    once it is applied: [[key, colour before or null, colour after, name, parent's key or null]].
    """

    class Meta:
        db_table = "flavor_category_imports"
        verbose_name = "category import"
        ordering = ("-id",)
        constraints = rules_of_files("category_import")


class DescriptorImportItem(models.Model):
    """A descriptor that a batch made, as it made it: undo takes back what is still so."""

    batch = models.ForeignKey(
        DescriptorImport, models.CASCADE, related_name="items", db_index=False
    )
    # No constraint: it points into partitions.
    descriptor_id = models.UUIDField()
    descriptor_text = models.TextField()
    descriptor_type = models.TextField()
    # Null: made before this was kept.
    item_name = models.TextField(null=True)

    class Meta:
        db_table = "descriptor_import_items"
        default_permissions = ()
        indexes = (models.Index(fields=("batch", "descriptor_id"), name="items_of_import"),)

    def __str__(self) -> str:
        return self.descriptor_text
