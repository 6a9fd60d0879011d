"""Importing registers each concept's screens."""

from flavors.admin.categories import FlavorCategoryAdmin
from flavors.admin.category_imports import CategoryImportAdmin
from flavors.admin.descriptors import DescriptorAdmin
from flavors.admin.duplicates import TermSimilarityAdmin
from flavors.admin.imports import DescriptorImportAdmin
from flavors.admin.terms import TermAdmin
from flavors.admin.wheels import FlavorWheelAdmin

__all__ = [
    "CategoryImportAdmin",
    "DescriptorAdmin",
    "DescriptorImportAdmin",
    "FlavorCategoryAdmin",
    "FlavorWheelAdmin",
    "TermAdmin",
    "TermSimilarityAdmin",
]
