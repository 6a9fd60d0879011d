"""Old months that go to the archive, are dropped, and come back, again and again: the rows are in
one place at a time, and the same each time that they are back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ops.models.run import Status
from tests.faults.deeds import rows
from tests.faults.deeds.running import Ordering

LOG = """
    INSERT INTO public.audit_logs (id, actor_name, action, entity_type, entity_id, details)
    SELECT (left(public.uuid_floor('2020-01-02')::text, 24) || lpad(to_hex(n), 12, '0'))::uuid,
        'ada', 'publish', 'question', n, jsonb_build_object('n', n, 't', md5(n::text))
    FROM generate_series(1, %s) AS n
"""
NOTES = """
    INSERT INTO public.flavor_descriptors (
        id, user_id, source_type, source_id, descriptor_type, descriptor_text
    )
    SELECT uuidv7('2020-01-02'::timestamptz + n * interval '1 s' - clock_timestamp()),
        (SELECT id FROM public.members ORDER BY id LIMIT 1), 'prose_review', uuidv7(), 'flavor',
        'old cherry ' || n %% 50
    FROM generate_series(1, %s) AS n
"""

STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("archive_partition", {"force": True}),
    ("drop_partition", {"force": True}),
    ("restore_partition", {}),
)


@dataclass
class Archiving(Ordering):
    """One month of one table."""

    table: str = "audit_logs"
    fill: str = LOG
    many: int = 60_000

    def __post_init__(self) -> None:
        self.name = f"archiving {self.table}"
        super().__post_init__()
        self.partition = f"{self.table}_2020_01"
        self.here = f"public.{self.table} WHERE id < public.uuid_floor('2021-01-01')"
        self.rounds = 0

    def prepare(self) -> None:
        super().prepare()
        rows("SELECT public.create_partition(%s, 'month', '2020-01-15')", self.table)
        rows(self.fill, self.many)
        rows(f"ANALYZE public.{self.table}")
        self.wanted = self.fingerprint()

    def fingerprint(self) -> Any:
        return rows(
            f"SELECT count(*), sum(hashtextextended(row_to_json(t)::text, 0)::numeric)"
            f" FROM (SELECT * FROM {self.here}) AS t"
        )[0]

    def once(self) -> None:
        for operation, parameters in STEPS:
            if operation == "drop_partition" and self.chance.random() < 0.3:
                continue
            self.do(operation, **parameters)
            self.look(operation)
        self.rounds += 1

    def do(self, operation: str, **parameters: Any) -> None:
        """Ordered again where it failed, as often as it takes. Raises Over."""
        while True:
            key = self.order(operation, f"{self.table}.{self.partition}", **parameters)
            if self.ended(key).status == Status.COMPLETED:
                return

    def look(self, operation: str) -> None:
        """Where the rows are now, and how many."""
        held, here = self.insist(self.places)
        wanted = {
            "archive_partition": (self.many, (0, None)),
            "drop_partition": (None, (0, None)),
            "restore_partition": (None, self.wanted),
        }[operation]
        if (held, here) != wanted:
            self.book.object_to(f"After {operation} of {self.partition}:", held, here, wanted)

    def places(self) -> tuple[Any, Any]:
        """Rows that are held (None: no table is), and the fingerprint of those in the table."""
        name = f"steward_archive.{self.partition}"
        is_held = rows("SELECT to_regclass(%s) IS NOT NULL", name)[0][0]
        held = rows(f"SELECT count(*) FROM {name}")[0][0] if is_held else None
        return held, self.fingerprint()
