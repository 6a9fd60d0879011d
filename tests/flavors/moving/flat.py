"""A flat table of descriptors, as seed 003 has it, and what became of it."""

from __future__ import annotations

from typing import Any

from ops.models import Move, MoveRefusal, Run
from ops.runner import perform_here
from tests.flavors.tasting import learner, run, value

__all__ = ["learner", "run", "value"]

NAME = "public.descriptors_before"
TABLE = f"""
    CREATE TABLE {NAME} (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        user_id uuid,
        source_type text,
        source_id uuid,
        descriptor_text text,
        descriptor_type varchar(20),
        category text,
        subcategory text,
        confidence_score numeric(3, 2),
        intensity integer,
        item_name text,
        item_category text,
        ai_extracted boolean,
        extraction_model text,
        created_at timestamptz DEFAULT now()
    )
"""


def make_flat(member: Any, rows: int = 200) -> None:
    """Of three months of last year, a day each; of no source."""
    run(TABLE)
    run(
        f"INSERT INTO {NAME} (id, user_id, source_type, descriptor_text, descriptor_type,"
        " intensity, confidence_score, item_name, created_at)"
        " SELECT lpad(to_hex(n), 32, '0')::uuid, %s, 'quick_review', 'Word ' || n %% 20, 'aroma',"
        " 1 + n %% 5, 0.25, 'Item', '2025-03-05 10:00+00'::timestamptz"
        " + n %% 3 * interval '31 days' + n * interval '1 ms'"
        " FROM generate_series(1, %s) AS n",
        member,
        rows,
    )


def add(member: Any, n: int, **given: Any) -> None:
    """One row, whose key is `n`."""
    values = {
        "id": f"{n:032x}",
        "user_id": member,
        "source_type": "quick_review",
        "descriptor_text": "Toffee",
        "descriptor_type": "flavor",
        "created_at": "2025-03-05 12:00+00",
    } | given
    marks = ", ".join(["%s"] * len(values))
    run(f"INSERT INTO {NAME} ({', '.join(values)}) VALUES ({marks})", *values.values())


def do(operation: str = "migrate_to_partitioned_table", **parameters: Any) -> Run:
    values = {"source": NAME} | parameters
    done, _ = perform_here(operation=operation, target="flavor_descriptors", parameters=values)
    assert done.status != "pending", done.error
    return done


def dry() -> Run:
    return do("look_at_flat_table", batch_size=50)


def move() -> Move:
    return Move.objects.order_by("-id")[0]


def refusals() -> dict[int, str]:
    """Key → reason."""
    found = MoveRefusal.objects.values_list("source_key", "reason")
    return {int(key.replace("-", ""), 16): reason for key, reason in found}


def there() -> tuple[Any, ...]:
    """Count and digest of what the flat table says."""
    return digest(
        f"SELECT user_id, source_type, source_id, descriptor_text, descriptor_type, intensity,"
        f" confidence_score::numeric(4, 3), COALESCE(item_name, ''), created_at FROM {NAME}"
    )


def here() -> tuple[Any, ...]:
    return digest(
        "SELECT user_id, source_type, source_id, descriptor_text, descriptor_type, intensity,"
        " confidence_score, item_name, created_at FROM flavor_descriptors"
    )


def digest(rows: str) -> tuple[Any, ...]:
    text = value(
        f"SELECT count(*) || ' ' || md5(string_agg(r::text, '|' ORDER BY r::text))"
        f" FROM ({rows}) AS r"
    )
    return tuple(str(text).split())


def watches() -> int:
    return int(value("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'steward_move%%'"))
