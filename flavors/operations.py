from __future__ import annotations

from ops.registry import PartitionedTable, PersonalData, register

register(
    PartitionedTable(
        "flavor_descriptors", model="flavors.Descriptor", period="month", ahead=3, keep_months=24
    ),
)

# A term stays: it is a word of the lexicon, and does not say who typed it.
register(
    PersonalData("flavor_wheels", "Flavor wheels", "user_id"),
    PersonalData("flavor_descriptors", "Descriptors", "user_id"),
    PersonalData(
        "descriptor_changes",
        "Descriptors to count again",
        "user_id",
        "keep",
        reason="An id, until the next refresh of the descriptor views has counted the erasure.",
    ),
)
