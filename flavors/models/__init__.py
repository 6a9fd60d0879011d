from flavors.models.category import FlavorCategory
from flavors.models.change import DescriptorChange
from flavors.models.descriptor import Descriptor
from flavors.models.dismissal import TermDismissal
from flavors.models.term import Term
from flavors.models.wheel import FlavorWheel

__all__ = [
    "Descriptor",
    "DescriptorChange",
    "FlavorCategory",
    "FlavorWheel",
    "Term",
    "TermDismissal",
]
