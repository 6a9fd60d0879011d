from flavors.models.category import FlavorCategory
from flavors.models.change import DescriptorChange, TermMove
from flavors.models.descriptor import Descriptor
from flavors.models.dismissal import TermDismissal
from flavors.models.duplicate import MergedTerm, TermMerge, TermSimilarity
from flavors.models.importing import CategoryImport, DescriptorImport, DescriptorImportItem
from flavors.models.item import (
    DescriptorItem,
    ItemBranch,
    ItemChange,
    ItemPartition,
    ItemTerm,
)
from flavors.models.rollup import (
    DescriptorDay,
    DescriptorMonth,
    ItemCategoryBranch,
    ItemCategoryTotal,
    MemberTerm,
    TermMonth,
    TermTotal,
    WheelTerm,
)
from flavors.models.summary import (
    CategoryDescriptorSummary,
    GlobalDescriptorStat,
    UserDescriptorSummary,
    WheelGenerationStat,
)
from flavors.models.term import Term
from flavors.models.term_batch import TermBatch
from flavors.models.wheel import FlavorWheel

__all__ = [
    "CategoryDescriptorSummary",
    "CategoryImport",
    "Descriptor",
    "DescriptorChange",
    "DescriptorDay",
    "DescriptorImport",
    "DescriptorImportItem",
    "DescriptorItem",
    "DescriptorMonth",
    "FlavorCategory",
    "FlavorWheel",
    "GlobalDescriptorStat",
    "ItemBranch",
    "ItemCategoryBranch",
    "ItemCategoryTotal",
    "ItemChange",
    "ItemPartition",
    "ItemTerm",
    "MemberTerm",
    "MergedTerm",
    "Term",
    "TermBatch",
    "TermDismissal",
    "TermMerge",
    "TermMonth",
    "TermMove",
    "TermSimilarity",
    "TermTotal",
    "UserDescriptorSummary",
    "WheelGenerationStat",
    "WheelTerm",
]
