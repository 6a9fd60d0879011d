from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from flavors.alerts import RULES
from flavors.exports import EXPORTS
from flavors.flat import SHAPE
from flavors.rollups import VIEWS
from ops.registry import (
    Cache,
    Daily,
    Every,
    MaterializedView,
    Operation,
    PartitionedTable,
    PersonalData,
    PersonSection,
    RollUp,
    Schedule,
    register,
)

register(
    PartitionedTable(
        "flavor_descriptors",
        model="flavors.Descriptor",
        period="month",
        ahead=3,
        keep_months=24,
        before_archive="flavors.rollups.prove_month",
        flat=SHAPE,
    ),
)

register(
    Cache(
        "tasting-statistics",
        "Tasting statistics",
        lifetime=timedelta(minutes=1),
        key=("figure",),
        about="Uses of the most used terms, and of the last days: a twentieth of a second.",
    ),
    RollUp(
        "mv_user_descriptor_summary",
        "Members' descriptors",
        model="flavors.UserDescriptorSummary",
        reads=("flavor_descriptors",),
        stale_after=timedelta(minutes=90),
        refresh="fold_descriptor_changes",
        kept_in=("descriptor_member_terms",),
    ),
    RollUp(
        "mv_global_descriptor_stats",
        "Descriptors of everybody",
        model="flavors.GlobalDescriptorStat",
        reads=("flavor_descriptors",),
        stale_after=timedelta(minutes=90),
        depends_on=("mv_user_descriptor_summary",),
        refresh="fold_descriptor_changes",
        kept_in=(
            "descriptor_term_totals",
            "descriptor_term_months",
            "descriptor_item_category_totals",
            "descriptor_item_category_branches",
            "descriptor_wheel_terms",
            "descriptor_item_terms",
            "descriptor_item_branches",
        ),
    ),
    RollUp(
        "mv_wheel_generation_stats",
        "What wheels are made of",
        model="flavors.WheelGenerationStat",
        reads=("flavor_descriptors",),
        stale_after=timedelta(minutes=90),
        depends_on=("mv_user_descriptor_summary",),
        refresh="fold_descriptor_changes",
        kept_in=("descriptor_months", "descriptor_days"),
    ),
    MaterializedView(
        "mv_category_descriptor_summary",
        "Descriptors by category",
        model="flavors.CategoryDescriptorSummary",
        reads=("flavor_descriptors", "flavor_categories"),
        stale_after=timedelta(minutes=90),
        depends_on=("mv_user_descriptor_summary",),
    ),
    Operation(
        "refresh_descriptor_views",
        "Refresh the descriptor views",
        work="flavors.rollups.refresh_if_enough_changed",
        page="ops_viewstatus_changelist",
        permission="ops.refresh_viewstatus",
        about="Starts the refresh of the four views if 100 descriptors changed or 100 terms were"
        " moved, or one was an hour ago.",
    ),
    Schedule(
        "refresh-descriptor-views",
        "refresh_descriptor_views",
        Every(timedelta(minutes=15)),
        catch_up="skip",
        refreshes=VIEWS,
    ),
    Operation(
        "check_descriptor_views",
        "Check the descriptor views",
        work="flavors.rollups.check",
        permission="ops.refresh_viewstatus",
        timeout=timedelta(hours=1),
        priority="low",
        about="Counts all descriptors again, and lists the figures that differ.",
    ),
)

register(
    Operation(
        "find_duplicate_terms",
        "Find duplicate terms",
        work="flavors.duplicates.comparing.find_duplicate_terms",
        permission="flavors.compare_termsimilarity",
        target_type="termsimilarity",
        priority="low",
        timeout=timedelta(minutes=30),
        about="Compares every flavor term with every other one, word by word.",
    ),
    Schedule(
        "find-duplicate-terms",
        "find_duplicate_terms",
        Daily(time(1, 40)),
        catch_up="skip",
    ),
)

# A term stays: it is a word of the lexicon, and does not say who typed it.
register(
    PersonalData("flavor_wheels", "Flavor wheels", "user_id"),
    PersonalData("flavor_descriptors", "Descriptors", "user_id"),
    PersonalData(
        "descriptor_member_terms",
        "Descriptors by month",
        "user_id",
        "keep",
        reason="Counts by id, until the refresh that follows.",
    ),
    PersonalData(
        "descriptor_changes",
        "Descriptors to count again",
        "user_id",
        "keep",
        reason="An id, until the next refresh of the descriptor views has counted the erasure.",
    ),
)

register(
    Operation(
        "regenerate_wheels",
        "Regenerate flavor wheels",
        work="flavors.wheels.saving.regenerate",
        permission="flavors.change_flavorwheel",
        target_type="flavorwheel",
        timeout=timedelta(hours=1),
        about="Makes a saved wheel again, or all that are stale, one after the other.",
    ),
    Schedule("regenerate-stale-wheels", "regenerate_wheels", Daily(time(4, 10)), target="stale"),
    PersonSection(
        "tastings",
        "Tastings",
        permission="flavors.view_descriptor",
        view="flavors.statistics.section",
        template="admin/flavors/member/tastings.html",
        export="flavors.statistics.exported",
        position=50,
    ),
)

IMPORTS: dict[str, Any] = {
    "permission": "flavors.add_descriptorimport",
    "target_type": "descriptorimport",
    "priority": "high",
    "timeout": timedelta(hours=1),
}
register(
    Operation(
        "preview_descriptors",
        "Read a large file of notes",
        work="flavors.imports.preview",
        about="Says what the file would bring. Nothing is imported.",
        **IMPORTS,
    ),
    Operation(
        "import_descriptors",
        "Import a large file of notes",
        work="flavors.imports.confirm",
        about="All of it in one transaction: cancelled or broken off, it leaves nothing.",
        **IMPORTS,
    ),
    Operation(
        "undo_descriptors",
        "Undo a large import of notes",
        work="flavors.imports.undo",
        about="Takes back the descriptors that nobody changed since, in one transaction.",
        **IMPORTS,
    ),
    Operation(
        "discard_old_notes",
        "Discard old previews of notes",
        work="flavors.imports.discard_old_previews",
        permission="ops.change_run",
        priority="low",
        about="Drops the files of previews that nobody confirmed within a week.",
    ),
    Schedule("discard-old-notes", "discard_old_notes", Every(timedelta(hours=6))),
)

register(*EXPORTS, *RULES)
