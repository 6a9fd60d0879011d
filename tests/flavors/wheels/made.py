"""Wheel data: sound ones, and what anybody could save."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

names = st.text(max_size=24)
counts = st.integers(1, 400)
terms = st.fixed_dictionaries(
    {"text": names, "count": counts}, optional={"avgIntensity": st.floats(1, 5) | st.none()}
)
# Fewer in the list than counted: the function answers the first ten of a subcategory.
subcategories = st.fixed_dictionaries(
    {"name": names | st.none(), "count": counts, "descriptors": st.lists(terms, max_size=5)}
)
categories = st.fixed_dictionaries(
    {"name": names, "count": counts, "subcategories": st.lists(subcategories, max_size=3)}
)
wheels = st.fixed_dictionaries({"categories": st.lists(categories, max_size=5)})

keys = st.sampled_from(("categories", "subcategories", "descriptors", "name", "text", "count"))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | names,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=30,
)


def one_wheel(*paths: tuple[str, str, str, int]) -> dict[str, Any]:
    """Of (category, subcategory, term, count)."""
    tree: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for category, subcategory, term, count in paths:
        made = {"text": term, "count": count, "avgIntensity": 3.0}
        tree.setdefault(category, {}).setdefault(subcategory, []).append(made)
    return {
        "categories": [
            {
                "name": category,
                "subcategories": [
                    {"name": name, "descriptors": descriptors}
                    for name, descriptors in below.items()
                ],
            }
            for category, below in tree.items()
        ]
    }
