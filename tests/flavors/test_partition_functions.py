"""The functions of seed 003 over partitions, as it writes them: they are of descriptors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.flavors.tasting import value

pytestmark = pytest.mark.django_db


def test_partition_of_a_month_is_made_once() -> None:
    year = datetime.now(UTC).year + 2

    assert value("SELECT create_descriptor_partition(%s, 5)", year) == (
        f"flavor_descriptors_{year}_05"
    )
    assert value("SELECT create_descriptor_partition(%s, 5)", year) is None


def test_forms_without_a_table_are_of_descriptors() -> None:
    before = value("SELECT count(*) FROM partition_bounds('flavor_descriptors')")

    made = value("SELECT count(*) FROM ensure_future_partitions(6)")

    assert made > 0
    assert value("SELECT count(*) FROM analyze_all_partitions()") == before + made
    assert "All partitions ahead are there." in value("SELECT run_partition_maintenance()")
    assert value("SELECT count(*) FROM archive_old_partitions(24)") == 0
    assert value("SELECT count(*) FROM ensure_future_partitions('audit_logs')") == 0


def test_archive_of_a_month_of_descriptors_is_ordered_by_its_name() -> None:
    name = value(
        "SELECT partition_name FROM partition_bounds('flavor_descriptors')"
        " ORDER BY lower_bound LIMIT 1"
    )

    key: Any = value("SELECT detach_partition(%s::text)", name)

    assert value("SELECT target FROM ops_run WHERE id = %s", key) == f"flavor_descriptors.{name}"
