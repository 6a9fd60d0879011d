from flavors.admin.descriptors import DescriptorAdmin

__all__ = ["DescriptorAdmin"]
