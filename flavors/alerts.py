"""Seed 003's performance baselines as an alert rule."""

from __future__ import annotations

from ops.probes import mean_milliseconds
from ops.registry import AlertRule

# Function → the most milliseconds that seed 003 expects of it.
BASELINES = {
    "get_wheel_data_fast": 100,
    "generate_wheel_data_optimized": 100,
    "get_descriptors_paginated": 50,
    "autocomplete_descriptors": 50,
    "get_user_descriptor_stats": 30,
    "find_similar_descriptors": 100,
    "find_duplicate_descriptors": 300,
}


def of_baselines() -> dict[str, float]:
    """Percent of what is expected, of the functions that clients called within an hour."""
    means = mean_milliseconds(list(BASELINES))
    return {name: 100 * mean / BASELINES[name] for name, mean in means.items()}


RULES = (
    AlertRule(
        "descriptor-functions-slow",
        "Functions of descriptors, of their expected time",
        "flavors.alerts.of_baselines",
        warning=100,
        critical=300,
        unit="percent",
        about="Analyze the tables of descriptors, and look whether the views are fresh.",
        page="ops_performancesnapshot_queries",
    ),
)
