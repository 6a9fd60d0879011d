"""Members who taste: batches of descriptors, each of a source of its own."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

from assessments.models import Member
from tests.faults.deeds import Deed, rows

TASTE = (
    "SELECT inserted, duplicate, error"
    " FROM public.batch_insert_descriptors(%s, %s, 'quick_tasting', %s)"
)
FIRST = ("dark", "ripe", "dried", "burnt", "sweet", "wild", "green", "smoked", "candied", "fresh")
SECOND = ("cherry", "oak", "honey", "moss", "pepper", "lemon", "leather", "plum", "rose", "tea")
TYPES = ("aroma", "flavor", "texture")
SIZE = 25


class Tasting(Deed):
    """Sent again, a batch is a batch of duplicates: a source keeps each of its descriptors once."""

    def prepare(self) -> None:
        self.members = list(Member.objects.order_by("pk").values_list("pk", flat=True)[:20])

    def once(self) -> None:
        member, source, batch = self.chance.choice(self.members), uuid4(), self.batch()
        found = self.insist(lambda: rows(TASTE, json.dumps(batch), member, source))
        self.note(source, batch, found[0])

    def batch(self) -> list[dict[str, str]]:
        return [
            {
                "descriptor_text": f"{self.chance.choice(FIRST)} {self.chance.choice(SECOND)}",
                "descriptor_type": self.chance.choice(TYPES),
            }
            for _ in range(SIZE)
        ]

    def note(self, source: UUID, batch: list[dict[str, str]], found: tuple[object, ...]) -> None:
        if found[2]:
            self.book.object_to("Descriptors were refused:", found)
        distinct = {(each["descriptor_text"], each["descriptor_type"]) for each in batch}
        self.book.descriptors[source] = len(distinct)
