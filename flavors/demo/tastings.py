"""Who tasted what, when, and the words they used."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

from flavors.demo.lexicon import FLAVORS, ITEMS, LOOSE, METAPHORS
from flavors.models import Descriptor
from flavors.models.choices import DescriptorType, SourceType

MEMBERS, TASTINGS, DAYS = 12, 14, 330
MODEL = "tasting-notes-2"
# Of the demo's tastings.
SPACE = UUID("6c1f7f52-0b7a-4c4e-9d2b-7f0a53b7f0c1")


def descriptors(members: Sequence[UUID], now: datetime) -> Iterator[Descriptor]:
    chance = random.Random(20)  # noqa: S311  # content, not a secret
    for member in members:
        for number in range(TASTINGS):
            moment = now - timedelta(days=chance.uniform(0.2, DAYS))
            yield from tasting(member, number, moment, chance)


def tasting(
    member: UUID, number: int, moment: datetime, chance: random.Random
) -> Iterator[Descriptor]:
    """Each word once with each type."""
    item, (kind, leaning) = chance.choice(list(ITEMS.items()))
    source = chance.choice(list(SourceType.values))
    is_read = source == SourceType.PROSE_REVIEW
    for word, descriptor_type in sorted(set(words(leaning, chance))):
        yield Descriptor(
            id=uuid7(nanoseconds=int(moment.timestamp() * 1e9)),
            user_id=member,
            source_type=source,
            source_id=uuid5(SPACE, f"{member}:{number}"),
            item_name=item,
            item_category=kind,
            descriptor_text=word.capitalize() if chance.random() < 0.2 else word,
            descriptor_type=descriptor_type,
            intensity=min(5, max(1, round(chance.gauss(3.1, 1)))),
            ai_extracted=is_read,
            extraction_model=MODEL if is_read else None,
            confidence_score=round(chance.uniform(0.55, 0.99), 3) if is_read else None,
        )


def words(leaning: Sequence[str], chance: random.Random) -> Iterator[tuple[str, str]]:
    """(word, type): three of four from where the item leans to."""
    for _ in range(chance.randint(3, 7)):
        name = chance.choice(leaning) if chance.random() < 0.75 else chance.choice(list(FLAVORS))
        below = chance.choice(list(FLAVORS[name][1].values()))
        kind = DescriptorType.AROMA if chance.random() < 0.4 else DescriptorType.FLAVOR
        yield usual(below, chance), kind.value
    if chance.random() < 0.4:
        yield chance.choice(LOOSE), DescriptorType.FLAVOR.value
    if chance.random() < 0.4:
        _, tree = METAPHORS[chance.choice(list(METAPHORS))]
        yield usual(chance.choice(list(tree.values())), chance), DescriptorType.METAPHOR.value
    if chance.random() < 0.3:
        feel = chance.choice(("silky", "syrupy", "drying", "light as tea"))
        yield feel, DescriptorType.MOUTHFEEL.value


def usual(below: Sequence[str], chance: random.Random) -> str:
    """The first words more often than the last."""
    return below[min(int(chance.expovariate(0.9)), len(below) - 1)]
