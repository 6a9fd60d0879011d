"""Parameters of the functions of seed 003 that are out of range: each is told, none is empty."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

pytestmark = pytest.mark.django_db

OUT_OF_RANGE = [
    ("find_similar_descriptors('x', p_threshold => 0)", "p_threshold is 0.1 to 1, not 0"),
    ("find_similar_descriptors('x', p_limit => 0)", "p_limit is 1 to 1000"),
    ("find_similar_descriptors('x', p_type => 'color')", "p_type is one of aroma"),
    ("find_similar_descriptors('!')", "p_text needs a letter"),
    ("find_duplicate_descriptors(gen_random_uuid(), 1.5)", "p_threshold is 0.3 to 1"),
    ("find_duplicate_descriptors(gen_random_uuid(), 0.8, -1)", "p_limit is"),
    ("find_duplicate_terms(0)", "p_limit is"),
    ("autocomplete_descriptors('%')", "p_prefix needs a letter"),
    ("autocomplete_descriptors(NULL)", "p_prefix needs a letter"),
    ("autocomplete_descriptors('x', p_limit => 101)", "p_limit is 1 to 100, not 101"),
    ("autocomplete_descriptors('x', p_category => 'Nowhere')", "no flavor category “Nowhere”"),
    ("suggest_descriptor_category('x', 2)", "p_threshold is"),
    ("generate_wheel_data_optimized(NULL, 'cart')", "p_wheel_type is one of"),
    ("generate_wheel_data_optimized(NULL, 'aroma', 0)", "p_min_count is 1"),
    ("generate_wheel_data_optimized(NULL, 'aroma', 1, 101)", "p_limit is 1 to 100"),
    ("get_wheel_data_fast(NULL, 'aroma', 'personal')", "p_user_id is missing"),
    ("get_wheel_data_fast(NULL, 'aroma', 'item')", "needs its name"),
    ("get_wheel_data_fast(NULL, 'aroma', 'tasting', 'mine')", "by its id, not “mine”"),
    ("get_wheel_data_fast(NULL, 'aroma', 'galaxy')", "p_scope_type is one of"),
    ("get_descriptors_paginated(p_limit => 1001)", "p_limit is 1 to 1000"),
    ("get_descriptors_paginated(p_direction => 'up')", "p_direction is one of"),
    (
        "get_descriptors_paginated(p_cursor_id => uuidv7(), p_cursor_ts => '2020-01-01')",
        "different",
    ),
    ("get_top_descriptors(p_limit => 0)", "p_limit is"),
    ("get_descriptor_timeline(p_days => 0)", "p_days is 1 to 366, not 0"),
    ("wheel_needs_regeneration(gen_random_uuid())", "no wheel"),
    ("wheel_needs_regeneration(gen_random_uuid(), -1)", "p_threshold_minutes is"),
    ("descriptor_exists(gen_random_uuid(), 'x', 'color')", "p_type is one of"),
    ("descriptor_exists(gen_random_uuid(), '!')", "p_descriptor_text needs a letter"),
    ("descriptor_exists(gen_random_uuid(), repeat('x', 501))", "500 characters at most"),
    ("descriptor_exists(NULL, 'x')", "p_user_id is missing"),
    ("find_duplicate_descriptors(NULL)", "p_user_id is missing"),
    ("get_user_descriptor_stats(NULL)", "p_user_id is missing"),
    ("get_descriptors_paginated(p_cursor_id => gen_random_uuid())", "the id of no descriptor"),
    ("get_descriptors_paginated(p_cursor_ts => 'infinity')", "1970 to 9999, not infinity"),
    ("get_descriptors_paginated(p_cursor_ts => '0044-03-15 BC')", "1970 to 9999"),
    ("find_similar_descriptors('x', p_threshold => 'NaN')", "p_threshold is 0.1 to 1, not NaN"),
    ("find_similar_descriptors('x', p_limit => NULL)", "p_limit is 1 to 1000, not NULL"),
    ("suggest_descriptor_category('!')", "p_text needs a letter"),
    ("generate_wheel_data_optimized(NULL, NULL)", "p_wheel_type is one of"),
    ("get_top_descriptors(p_type => 'color')", "p_type is one of aroma"),
    ("get_top_descriptors(p_category => 'Nowhere')", "no flavor category “Nowhere”"),
    ("get_descriptors_paginated(p_category => 'Nowhere')", "no flavor category “Nowhere”"),
    ("batch_insert_descriptors('[]', NULL, 'quick_tasting')", "p_user_id is missing"),
    ("create_descriptor_partition(2027, 13)", "p_month is 1 to 12, not 13"),
    ("create_descriptor_partition(99999, 1)", "p_year is 1970 to 2999"),
    ("ensure_future_partitions(-1)", "0 to 120 months ahead, not -1"),
    ("archive_old_partitions(1)", "keeps its partitions 24 months"),
    ("detach_partition('audit_logs_2026_01')", "is no partition of flavor_descriptors"),
    ("should_refresh_views(0)", "p_threshold must be 1 or more"),
]


@pytest.mark.parametrize(("call", "match"), OUT_OF_RANGE, ids=[call for call, _ in OUT_OF_RANGE])
def test_out_of_range_is_an_error_that_says_so(call: str, match: str) -> None:
    with pytest.raises(DatabaseError, match=match), connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {call}")  # a literal of this file
